package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import dev.weir.replicator.replica.SeedListener.Step;
import dev.weir.replicator.replica.SeedProgress.Phase;
import java.sql.SQLException;
import java.time.Duration;

/** Counts the rows of one phase and tells a listener of them now and then. Confined to one thread. */
final class SeedMeter {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int ROWS_BETWEEN_LOOKS = 500;

    private final SeedListener listener;
    private final Phase phase;
    private final Step part;
    private final long total;
    private final Lsn neededAfter;
    private final long before;
    private final long startedAt = System.nanoTime();
    private long rows;
    private long toldAt = startedAt;

    /** @param before how many rows were done before a crash */
    SeedMeter(SeedListener listener, Phase phase, long total, Lsn neededAfter, long before) {
        this.listener = listener;
        this.phase = phase;
        this.part = phase == Phase.COPYING ? Step.COPIED_PART : Step.LOADED_PART;
        this.total = total;
        this.neededAfter = neededAfter;
        this.before = before;
        this.rows = before;
    }

    void row() throws SQLException {
        if (++rows % ROWS_BETWEEN_LOOKS == 0) {
            listener.reached(part);
            long now = System.nanoTime();
            if (now - toldAt >= INTERVAL_NANOS) {
                toldAt = now;
                tell();
            }
        }
    }

    long rows() {
        return rows;
    }

    void tell() throws SQLException {
        listener.progress(new SeedProgress(
                phase,
                rows,
                Math.max(rows, total),
                Duration.ofNanos(System.nanoTime() - startedAt),
                rows - before,
                neededAfter));
    }
}
