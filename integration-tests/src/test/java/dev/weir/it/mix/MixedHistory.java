package dev.weir.it.mix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.load.Connections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A concurrent history of random transactions and schema changes on a cluster that has {@link MixedTables}; in the end its replicas must equal the primary. Confined to one thread. */
final class MixedHistory {
    private static final int WRITERS = 8;
    private static final int TRANSACTIONS = 6;
    private static final int MOST_STATEMENTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int INTERNAL = 50_000;

    private final long seed;
    private final H2Cluster cluster;
    private final Connections connections;
    private final boolean connectionsMayBreak;
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Long> refused = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
    private final List<MixedSchemaChanges> schemaChanges = Collections.synchronizedList(new ArrayList<>());

    /** @param connectionsMayBreak whether a writer may lose its connection, as when a schema change has the primary silent for too long */
    MixedHistory(long seed, H2Cluster cluster, Connections connections, boolean connectionsMayBreak) {
        this.seed = seed;
        this.cluster = cluster;
        this.connections = connections;
        this.connectionsMayBreak = connectionsMayBreak;
    }

    /** Runs it to its end, and leaves the tables as they were. */
    void run() throws Exception {
        write();
        for (MixedSchemaChanges changes : schemaChanges) {
            untilDone(changes::removeAll);
        }
        assertThat(acknowledged).as("acknowledged, %s", this).isNotEmpty();
        Equality.awaitCaughtUp(cluster, PATIENCE);
        assertThat(Equality.differences(cluster)).as("differences, %s", this).isEmpty();
        Set<Long> held = ledger(cluster.primary());
        assertThat(held).as("transactions, %s", this).containsAll(acknowledged).noneMatch(refused::contains);
        List<String> definitions = definitions(cluster.primary());
        for (H2Store replica : cluster.replicas()) {
            assertThat(definitions(replica))
                    .as("definitions on %s, %s", replica, this)
                    .isEqualTo(definitions);
        }
        untilDone(MixedTables::refill);
    }

    /** Work between histories, which may be done twice. */
    @FunctionalInterface
    private interface Upkeep {
        void on(Connection connection) throws SQLException;
    }

    /** Does it, again if the connection or its transaction is lost, as on a machine that is too slow for its node to give signs of life. */
    private void untilDone(Upkeep upkeep) throws SQLException {
        for (boolean done = false; !done; ) {
            try (Connection connection = connections.open()) {
                upkeep.on(connection);
                done = true;
            } catch (SQLException e) {
                requireKnown(e);
                if (!isLoss(e) && !(connectionsMayBreak && "40001".equals(e.getSQLState()))) {
                    throw e;
                }
            }
        }
    }

    /** How many connections have been lost. */
    int losses() {
        return failures.entrySet().stream()
                .filter(failure -> failure.getKey().startsWith("08"))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    int commits() {
        return acknowledged.size();
    }

    private void write() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<@Nullable Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                writers.add(threads.submit(() -> {
                    new Writer(number).run();
                    return null;
                }));
            }
            for (Future<@Nullable Void> writer : writers) {
                writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError(this + " failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(this + " hangs: " + Thread.getAllStackTraces(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Set<Long> ledger(H2Store store) throws SQLException {
        Set<Long> held = new HashSet<>();
        try (Connection connection = store.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT ID FROM LEDGER")) {
            while (rows.next()) {
                held.add(rows.getLong(1));
            }
        }
        return held;
    }

    /** What schema changes may change, but for names that H2 has made up. */
    private static List<String> definitions(H2Store store) throws SQLException {
        List<String> definitions = new ArrayList<>();
        try (Connection connection = store.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 'TABLE', TABLE_NAME, TABLE_TYPE, REMARKS"
                        + " FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'PUBLIC'"
                        + " UNION ALL SELECT 'COLUMN', TABLE_NAME || '.' || COLUMN_NAME, DATA_TYPE, COLUMN_DEFAULT"
                        + " FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'PUBLIC'"
                        + " UNION ALL SELECT 'INDEX', TABLE_NAME, COLUMN_NAME, CAST(ORDINAL_POSITION AS VARCHAR)"
                        + " FROM INFORMATION_SCHEMA.INDEX_COLUMNS WHERE TABLE_SCHEMA = 'PUBLIC'"
                        + " UNION ALL SELECT 'SEQUENCE', SEQUENCE_NAME, NULL, NULL"
                        + " FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_SCHEMA = 'PUBLIC'")) {
            while (rows.next()) {
                definitions.add(rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3) + " "
                        + rows.getString(4));
            }
        }
        Collections.sort(definitions);
        return definitions;
    }

    /** Any failure that an application is told of is fine, but for one inside H2 or Weir, or a connection that is gone where none may go. */
    private void requireKnown(SQLException e) throws SQLException {
        failures.merge(e.getSQLState() + "/" + e.getErrorCode(), 1, Integer::sum);
        String message = String.valueOf(e.getMessage());
        boolean known = message.contains("ROLLING_BACK") || message.contains("ConcurrentModificationException");
        boolean internal = e.getErrorCode() == INTERNAL && !known;
        if (internal || (isLoss(e) && !connectionsMayBreak)) {
            throw e;
        }
    }

    private static boolean isLoss(SQLException e) {
        return String.valueOf(e.getSQLState()).startsWith("08");
    }

    @Override
    public String toString() {
        return "seed " + seed + " (" + acknowledged.size() + " commits, failures " + failures + ")";
    }

    /** One session's transactions. Confined to one thread. */
    private final class Writer {
        private final SplittableRandom random;
        private final MixedStatements statements;
        private final MixedSchemaChanges changes;
        private long transaction;

        Writer(int number) {
            this.random = new SplittableRandom(seed * WRITERS + number);
            this.statements = MixedStatements.apart(random, number, WRITERS);
            this.changes = new MixedSchemaChanges(random, "X" + seed + "_" + number);
            this.transaction = (seed * WRITERS + number) * 1_000;
            schemaChanges.add(changes);
        }

        void run() throws SQLException {
            int left = TRANSACTIONS;
            while (left > 0) {
                try (Connection connection = connections.open()) {
                    while (left > 0) {
                        left--;
                        tryNext(connection);
                    }
                } catch (SQLException e) {
                    requireKnown(e);
                    if (!isLoss(e)) {
                        throw e;
                    }
                }
            }
        }

        /** Whatever happens to it, but for the loss of the connection, the next may follow. */
        private void tryNext(Connection connection) throws SQLException {
            try {
                next(connection);
            } catch (SQLException e) {
                if (isLoss(e)) {
                    throw e;
                }
                requireKnown(e);
                connection.rollback();
            }
        }

        private void next(Connection connection) throws SQLException {
            int kind = random.nextInt(16);
            connection.setAutoCommit(kind < 4);
            if (kind == 0) {
                changes.executeOne(connection);
                return;
            }
            long number = ++transaction;
            boolean outcomeKnown = true;
            boolean committed = false;
            try {
                note(connection, number);
                committed = connection.getAutoCommit();
                for (int i = committed ? 1 : random.nextInt(MOST_STATEMENTS) + 1; i > 0; i--) {
                    statement(connection);
                }
                if (!committed && kind < 14) {
                    connection.commit();
                    committed = true;
                } else if (!committed) {
                    connection.rollback();
                }
            } catch (SQLException e) {
                outcomeKnown = !"08007".equals(e.getSQLState());
                throw e;
            } finally {
                if (committed) {
                    acknowledged.add(number);
                } else if (outcomeKnown) {
                    refused.add(number);
                }
            }
        }

        private void note(Connection connection, long number) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO LEDGER VALUES (?)")) {
                insert.setLong(1, number);
                insert.executeUpdate();
            }
        }

        /** Now and then a transaction goes on after a statement that failed. */
        private void statement(Connection connection) throws SQLException {
            try {
                statements.executeOne(connection);
            } catch (SQLException e) {
                if (isLoss(e) || "40001".equals(e.getSQLState()) || random.nextBoolean()) {
                    throw e;
                }
                requireKnown(e);
            }
        }
    }
}
