package dev.weir.it.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that only reads, in the writers' session scope: whatever was acknowledged to any of them before a read began must be seen
 * by it, and nothing seen may ever be unseen. Confined to one thread.
 */
final class Reader implements Callable<@Nullable Void> {
    private final Connections connections;
    private final Acknowledged acknowledged;
    private final Tally tally;
    private final Outage outage;
    private final BooleanSupplier stopped;
    private final SplittableRandom random;
    private final long[] seen;

    Reader(
            long seed,
            Connections connections,
            Acknowledged acknowledged,
            Tally tally,
            Outage outage,
            BooleanSupplier stopped) {
        this.connections = connections;
        this.acknowledged = acknowledged;
        this.tally = tally;
        this.outage = outage;
        this.stopped = stopped;
        this.random = new SplittableRandom(seed);
        this.seen = new long[acknowledged.writers()];
    }

    @Override
    public @Nullable Void call() throws InterruptedException {
        while (!stopped.getAsBoolean()) {
            try (Connection connection = connections.open();
                    PreparedStatement query = connection.prepareStatement("SELECT ROUND FROM MARK WHERE WRITER = ?")) {
                while (!stopped.getAsBoolean()) {
                    read(query, random.nextInt(seen.length));
                }
            } catch (SQLException failure) {
                Conflicts.count(failure, tally);
                outage.await();
            }
        }
        return null;
    }

    private void read(PreparedStatement query, int writer) throws SQLException {
        long due = Math.max(acknowledged.round(writer), seen[writer]);
        query.setInt(1, writer);
        try (ResultSet row = query.executeQuery()) {
            long round = row.next() ? row.getLong(1) : -1;
            tally.reads.increment();
            if (round < due) {
                tally.miss(new Miss(writer, round, due, false));
            }
            seen[writer] = round;
        }
    }
}
