package dev.weir.replicator.replica;

import static dev.weir.replicator.replica.PrimaryLost.ask;

import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.LogSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Applies a primary's log as it grows, and says from what comes and what waits how the replica does. Confined to the replication's thread, except {@link #received}, which any thread may ask. */
final class Following {
    private static final long FAR_BEHIND = 5_000;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final PrimaryLink link;
    private final Standing standing;
    private final RecentEntries recent;
    private final Handshake handshake;
    private final LongSupplier nanoClock;
    private long waitingSince;
    private volatile long receivedLsn = -1;

    Following(PrimaryLink link, Standing standing, RecentEntries recent, Handshake handshake, LongSupplier nanoClock) {
        this.link = link;
        this.standing = standing;
        this.recent = recent;
        this.handshake = handshake;
        this.nanoClock = nanoClock;
        this.waitingSince = nanoClock.getAsLong();
    }

    /** The newest entry that has come, at least this one; empty if none has come in this run. */
    OptionalLong received(Lsn applied) {
        return receivedLsn < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(receivedLsn, applied.value()));
    }

    /** Applies what is there, at most a batch; returns how many entries that were. */
    int follow(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost, ApplyFailure {
        Lsn after = opened.applied().lsn();
        Lag heard = link.hear(connected, after);
        int count;
        boolean hasMore;
        try (LogSource.Batch batch = ask(() -> connected.read(after))) {
            List<LogTransaction> entries = batch.entries();
            count = entries.size();
            hasMore = batch.hasMore();
            if (count > 0) {
                link.waitsFor(entries.get(0).committedAt());
                receivedLsn = entries.get(count - 1).lsn().value();
                requireEnvironment(connected, entries);
                recent.add(entries);
                opened.applier().apply(entries);
                link.waitsFor(opened.applied().committedAt());
            }
        }
        opened.flushIfDue(nanoClock.getAsLong());
        long behind = heard.head().lsn().value() - opened.applied().lsn().value();
        judge(connected.orders().pause(), behind, count, hasMore);
        standing.forgetFailures();
        return count;
    }

    private void requireEnvironment(LogSource connected, List<LogTransaction> entries)
            throws PrimaryLost, ApplyFailure {
        try {
            handshake.require(connected, entries);
        } catch (SQLException e) {
            throw new PrimaryLost(e);
        }
    }

    /** Says what the replica is doing, by the entries that it lacks and those that it has just applied. */
    private void judge(boolean pauseWanted, long behind, int count, boolean hasMore) {
        long now = nanoClock.getAsLong();
        if (pauseWanted || count > 0 || behind <= 0) {
            waitingSince = now;
        }
        // Under load some entries always wait; it is worth saying when they are many.
        boolean far = behind > (standing.is(ReplicaState.STREAMING) ? FAR_BEHIND : 0);
        if (pauseWanted) {
            standing.become(ReplicaState.STOPPED, "paused through its primary");
        } else if (now - waitingSince > LONGEST_WAIT.toNanos()) {
            standing.stallByDurability(LONGEST_WAIT);
        } else {
            standing.become(hasMore && far ? ReplicaState.CATCHING_UP : ReplicaState.STREAMING, "");
        }
    }
}
