package dev.weir.replicator.verify;

import dev.weir.log.ReplaySql;
import dev.weir.replicator.source.PatientSession;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.SqlLiteral;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares one replica with its primary at one LSN while both run: what they define, how far their generators have got, and the checksums of all rows by ranges of their primary keys, with rests between them. Names rows
 * that differ. Confined to one thread.
 */
public final class Verification {
    private static final int CHUNK_ROWS = 2_000;
    private static final int ATTEMPTS = 3;
    /** So many rows that differ are listed, and can be mended. */
    static final int MOST_ROWS = 10_000;

    private final PrimaryAccess primary;
    private final String name;
    private final Replica replica;
    private final int load;
    private final Duration patience;
    private final Consumer<VerifyProgress> listener;

    /** How the replica's store is reached, as a reader of all tables. */
    @FunctionalInterface
    public interface Replica {
        Connection open() throws SQLException;
    }

    /**
     * Creates a comparison.
     *
     * @param load the share of the time that may be spent reading, in percent, 1 to 100
     * @param patience how long to wait until the replica has reached the primary's position
     * @param listener told after each range of rows
     */
    public Verification(
            PrimaryAccess primary,
            String name,
            Replica replica,
            int load,
            Duration patience,
            Consumer<VerifyProgress> listener) {
        if (load < 1 || load > 100) {
            throw new IllegalArgumentException("The load is " + load + "; give 1 to 100 percent");
        }
        this.primary = primary;
        this.name = name;
        this.replica = replica;
        this.load = load;
        this.patience = patience;
        this.listener = listener;
    }

    /**
     * Compares.
     *
     * @throws SQLException 55000 if the replica does not get to the primary's position in time; 40001 if schema changes spoilt each attempt
     */
    public VerifyReport run() throws SQLException, InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try (Connection orders = primary.openSession();
                    PatientSession left = primary.openPatientSession();
                    Connection right = replica.open();
                    SnapshotPair pair = SnapshotPair.take(orders, name, left.connection(), right, patience);
                    Definitions definitions = new Definitions(orders, right, name, patience)) {
                VerifyReport report = new Run(pair).report(definitions);
                if (pair.holds()) {
                    return report;
                }
            }
        }
        throw new SQLException(
                "Replica " + name + " could not be compared: the schema changed during each of " + ATTEMPTS
                        + " attempts",
                "40001");
    }

    /** One comparison. */
    private final class Run {
        private final SnapshotPair pair;
        private final ChunkReader left;
        private final ChunkReader right;
        private final long startedAt = System.nanoTime();
        private final List<Difference> differences = new ArrayList<>();
        private final long total;
        private long rows;

        Run(SnapshotPair pair) throws SQLException {
            this.pair = pair;
            this.left = new ChunkReader(pair.primary());
            this.right = new ChunkReader(pair.replica());
            this.total = Sessions.queryLong(
                    pair.primary(),
                    "SELECT COALESCE(SUM(ROW_COUNT_ESTIMATE), 0) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'"
                            + " AND UPPER(TABLE_SCHEMA) NOT IN ('INFORMATION_SCHEMA', 'WEIR')");
        }

        VerifyReport report(Definitions definitions) throws SQLException, InterruptedException {
            Map<String, TableShape> ours = TableShape.all(pair.primary());
            Map<String, TableShape> theirs = TableShape.all(pair.replica());
            TreeSet<String> names = new TreeSet<>(ours.keySet());
            names.addAll(theirs.keySet());
            Set<String> apart = new HashSet<>();
            for (String table : names) {
                TableShape one = ours.get(table);
                TableShape other = theirs.get(table);
                if (one == null || other == null) {
                    add(table, one == null ? "table is not on the primary" : "table is missing");
                    apart.add(table);
                } else if (!one.columns().equals(other.columns())
                        || !one.types().equals(other.types())) {
                    add(
                            table,
                            "columns are " + other.columns() + " " + other.types() + " and on the primary "
                                    + one.columns() + " " + one.types());
                } else if (one.key().isEmpty()) {
                    compareBag(one);
                } else {
                    compare(one);
                }
            }
            for (String difference : definitions.differences(apart)) {
                add("", difference);
            }
            return new VerifyReport(name, pair.lsn(), rows, elapsed(), differences);
        }

        private Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - startedAt);
        }

        private void add(String table, String what) {
            differences.add(new Difference(table, what, "", null));
        }

        private void compare(TableShape table) throws SQLException, InterruptedException {
            List<@Nullable Object> after = null;
            do {
                long began = System.nanoTime();
                List<@Nullable Object> to = left.end(table, after, CHUNK_ROWS);
                KeyRange range = new KeyRange(table.key(), after, to);
                List<ChunkReader.Row> ours = left.rows(table, range);
                List<ChunkReader.Row> theirs = right.rows(table, range);
                if (!ours.equals(theirs)) {
                    nameRows(table, ours, theirs);
                }
                tell(table, ours.size());
                rest(System.nanoTime() - began);
                after = to;
            } while (after != null && differences.size() < MOST_ROWS);
        }

        private void nameRows(TableShape table, List<ChunkReader.Row> ours, List<ChunkReader.Row> theirs) {
            Map<String, ChunkReader.Row> others = new LinkedHashMap<>();
            for (ChunkReader.Row row : theirs) {
                others.put(text(table, row.key()), row);
            }
            for (ChunkReader.Row row : ours) {
                String key = text(table, row.key());
                ChunkReader.Row other = others.remove(key);
                if (other == null || !other.sum().equals(row.sum())) {
                    addRow(table, other == null ? "row is missing" : "row differs", key, row.key());
                }
            }
            others.forEach((key, row) -> addRow(table, "row is not on the primary", key, row.key()));
        }

        private void addRow(TableShape table, String what, String key, List<@Nullable Object> values) {
            if (differences.size() < MOST_ROWS) {
                differences.add(new Difference(table.name(), what, key, values));
            }
        }

        /** Rows without a key have no order: as often the same, by the sum of their checksums. */
        private void compareBag(TableShape table) throws SQLException, InterruptedException {
            long began = System.nanoTime();
            Bag ours = new Bag();
            Bag theirs = new Bag();
            left.rows(table, ours);
            right.rows(table, theirs);
            if (!ours.sum.equals(theirs.sum) || ours.count != theirs.count) {
                add(
                        table.name(),
                        "rows differ (" + theirs.count + ", " + ours.count
                                + " on the primary); the table has no primary key, so none can be named");
            }
            tell(table, ours.count);
            rest(System.nanoTime() - began);
        }

        private void tell(TableShape table, long more) {
            rows += more;
            listener.accept(new VerifyProgress(name, table.name(), rows, Math.max(rows, total), elapsed()));
        }

        private void rest(long busyNanos) throws InterruptedException {
            long nanos = busyNanos / load * (100 - load);
            // Nobody counts it down.
            if (nanos > 0 && new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException();
            }
        }
    }

    private static final class Bag implements ChunkReader.Sink {
        private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);
        private BigInteger sum = BigInteger.ZERO;
        private long count;

        @Override
        public void row(String rowSum) {
            sum = sum.add(new BigInteger(rowSum, 16)).mod(MODULUS);
            count++;
        }
    }

    private static String text(TableShape table, List<@Nullable Object> key) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            parts.add(ReplaySql.quote(table.key().get(i)) + " = " + SqlLiteral.of(key.get(i)));
        }
        return String.join(" AND ", parts);
    }
}
