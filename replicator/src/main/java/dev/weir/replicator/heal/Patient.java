package dev.weir.replicator.heal;

import dev.weir.replicator.LocalReplica;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a healer knows of one replica. Confined to the healer's thread. */
final class Patient {
    final LocalReplica replica;
    /** What is wrong; null if nothing is. */
    @Nullable Ailment ailment;
    /** Since when, by the monotonic clock. */
    long ailingSince;
    /** The last thing that was wrong; null if nothing has been. */
    private @Nullable Ailment ladder;

    /** How many rungs of its ladder have been tried. */
    int taken;
    /** The step whose outcome is not known yet; null if there is none. */
    @Nullable Step current;

    long begunAt;
    /** Why it was left to a person; empty if it was not. */
    String givenUp = "";

    private final Deque<Long> steps = new ArrayDeque<>();

    Patient(LocalReplica replica) {
        this.replica = replica;
    }

    /** Notes what is wrong now; something else than the last time begins its own ladder. */
    void diagnose(@Nullable Ailment found, long nanos) {
        if (found == ailment) {
            return;
        }
        ailment = found;
        ailingSince = nanos;
        if (found != null && found != ladder) {
            ladder = found;
            taken = 0;
            givenUp = "";
        }
    }

    void count(long nanos) {
        steps.addLast(nanos);
    }

    int stepsWithin(long windowNanos, long nanos) {
        while (!steps.isEmpty() && nanos - steps.getFirst() > windowNanos) {
            steps.removeFirst();
        }
        return steps.size();
    }
}
