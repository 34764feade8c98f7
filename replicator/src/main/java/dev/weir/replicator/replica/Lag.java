package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import dev.weir.replicator.source.Head;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a replica last heard of its primary's log, from which its lag follows. Immutable.
 *
 * @param head the end of the log
 * @param heardNanos this JVM's monotonic clock when the question was sent
 * @param oldestUnapplied the commit time of the oldest entry that was not applied then; null if it is not known
 */
record Lag(Head head, long heardNanos, @Nullable Instant oldestUnapplied) {
    /** After this silence the lag is unknown. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    OptionalLong entries(Lsn applied, long nowNanos) {
        return isOld(nowNanos)
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, head.lsn().value() - applied.value()));
    }

    /** The age of the oldest unapplied entry by the primary's clock. */
    Optional<Duration> duration(Lsn applied, long nowNanos) {
        if (isOld(nowNanos)) {
            return Optional.empty();
        }
        if (applied.isAtLeast(head.lsn())) {
            return Optional.of(Duration.ZERO);
        }
        if (oldestUnapplied == null) {
            return Optional.empty();
        }
        Duration age = Duration.between(oldestUnapplied, head.now()).plusNanos(nowNanos - heardNanos);
        return Optional.of(age.isNegative() ? Duration.ZERO : age);
    }

    /** The same news, with this as the oldest unapplied entry's commit time. */
    Lag from(Instant oldest) {
        return new Lag(head, heardNanos, oldest);
    }

    private boolean isOld(long nowNanos) {
        return nowNanos - heardNanos > SILENCE.toNanos();
    }
}
