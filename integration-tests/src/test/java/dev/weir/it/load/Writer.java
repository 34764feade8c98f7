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
 * A session that runs random transactions and, after each, reads back its own mark. Confined to one thread.
 */
final class Writer implements Callable<@Nullable Void> {
    private static final int MOST_STATEMENTS = 5;

    private final int number;
    private final LoadSettings settings;
    private final Connections connections;
    private final Acknowledged acknowledged;
    private final Tally tally;
    private final Outage outage;
    private final BooleanSupplier stopped;
    private final SplittableRandom random;
    private final Statements statements;

    private long round;

    Writer(
            int number,
            LoadSettings settings,
            Connections connections,
            Acknowledged acknowledged,
            Tally tally,
            Outage outage,
            BooleanSupplier stopped) {
        this.number = number;
        this.settings = settings;
        this.connections = connections;
        this.acknowledged = acknowledged;
        this.tally = tally;
        this.outage = outage;
        this.stopped = stopped;
        this.random = new SplittableRandom(settings.seed() * 1_000 + number);
        this.statements = new Statements(number, settings, random);
    }

    @Override
    public @Nullable Void call() throws InterruptedException {
        int left = settings.transactions();
        while (left > 0 && !stopped.getAsBoolean()) {
            try (Connection connection = connections.open()) {
                connection.setAutoCommit(false);
                while (left > 0 && !stopped.getAsBoolean()) {
                    left--;
                    transact(connection);
                }
            } catch (SQLException failure) {
                Conflicts.count(failure, tally);
                left--;
                outage.await();
            }
        }
        return null;
    }

    @SuppressWarnings("ThreadPriorityCheck") // only makes overlaps likelier; nothing relies on it
    private void transact(Connection connection) throws SQLException {
        round++;
        try {
            mark(connection);
            int count = random.nextInt(MOST_STATEMENTS);
            for (int i = 0; i < count; i++) {
                statements.executeOne(connection);
                Thread.yield(); // so that transactions overlap on a machine with few processors
            }
            if (random.nextInt(10) == 0) {
                connection.rollback();
                acknowledged.rollBack(number, round);
                tally.rollbacks.increment();
            } else {
                if (random.nextInt(8) == 0) {
                    requiresNew();
                }
                connection.commit();
                acknowledged.commit(number, round);
                tally.commits.increment();
            }
        } catch (SQLException failure) {
            Conflicts.count(failure, tally);
            connection.rollback();
            return;
        }
        readOwnMark(connection);
    }

    private void mark(Connection connection) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE MARK SET ROUND = ?, COMMITS = COMMITS + 1 WHERE WRITER = ?")) {
            update.setLong(1, round);
            update.setInt(2, number);
            if (update.executeUpdate() != 1) {
                throw new SQLException("Writer " + number + " has no mark");
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO LEDGER(WRITER, ROUND) VALUES (?, ?)")) {
            insert.setInt(1, number);
            insert.setLong(2, round);
            insert.executeUpdate();
        }
    }

    /** A transaction of its own on a second connection while the first one's is open. */
    private void requiresNew() throws SQLException {
        try (Connection second = connections.open()) {
            second.setAutoCommit(false);
            try (PreparedStatement insert =
                    second.prepareStatement("INSERT INTO AUDIT(WRITER, ENTRY, TEXT) VALUES (?, ?, ?)")) {
                insert.setInt(1, number);
                insert.setInt(2, (int) round);
                insert.setString(3, "round " + round + " of writer " + number);
                insert.executeUpdate();
            }
            second.commit();
        }
    }

    private void readOwnMark(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (PreparedStatement query = connection.prepareStatement("SELECT ROUND FROM MARK WHERE WRITER = ?")) {
            query.setInt(1, number);
            try (ResultSet row = query.executeQuery()) {
                long seen = row.next() ? row.getLong(1) : -1;
                tally.reads.increment();
                if (seen < acknowledged.round(number)) {
                    tally.miss(new Miss(number, seen, acknowledged.round(number), true));
                }
            }
        } finally {
            connection.setAutoCommit(false);
        }
    }
}
