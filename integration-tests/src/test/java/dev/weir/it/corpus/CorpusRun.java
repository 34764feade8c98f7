package dev.weir.it.corpus;

import dev.weir.it.corpus.Step.Expected;
import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.load.StoreContents;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** One file of scripts, each run on plain H2 and then under Weir. Confined to one thread. */
final class CorpusRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CorpusFile file;
    private final H2Cluster cluster;
    private final boolean prepared;
    private final String plain;
    private final Connection plainAdmin;
    private final List<String> problems = new ArrayList<>();
    private int scripts;

    /** @param prepared whether statements are executed as prepared ones */
    CorpusRun(CorpusFile file, H2Cluster cluster, boolean prepared) throws SQLException {
        this.file = file;
        this.cluster = cluster;
        this.prepared = prepared;
        this.plain = "jdbc:h2:mem:" + UUID.randomUUID() + file.settings();
        this.plainAdmin = openPlain();
    }

    private Connection openPlain() throws SQLException {
        return DriverManager.getConnection(plain, "sa", "");
    }

    /** Everything that was not as it should be; empty if all was. */
    List<String> run() throws SQLException {
        for (Script script : file.scripts()) {
            try {
                run(script);
            } catch (AssertionError behind) {
                problem(script, String.valueOf(behind.getMessage()));
                return problems;
            }
        }
        return problems;
    }

    private void run(Script script) throws SQLException {
        String schema = "C" + ++scripts;
        try (Connection weirAdmin = cluster.connect()) {
            execute(plainAdmin, "CREATE SCHEMA " + schema);
            execute(weirAdmin, "CREATE SCHEMA " + schema);
            try (Sessions onPlain = new Sessions(this::openPlain, schema, prepared);
                    Sessions onWeir = new Sessions(cluster::connect, schema, prepared)) {
                for (Step step : script.steps()) {
                    run(script, step, onPlain, onWeir);
                }
                compare(script);
            }
            execute(weirAdmin, "DROP SCHEMA " + schema + " CASCADE");
            execute(plainAdmin, "DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private void run(Script script, Step step, Sessions onPlain, Sessions onWeir) throws SQLException {
        if (step.isDirective()) {
            onPlain.direct(step.sql());
            try {
                onWeir.direct(step.sql());
            } catch (SQLException e) {
                problem(script, step, "fails: " + e.getMessage());
            }
            return;
        }
        if (step.expected() == Expected.REFUSED) {
            Outcome refused = onWeir.execute(step.sql());
            if (!(refused instanceof Outcome.Failure failure
                    && List.of("0A000", "42501", "58030").contains(failure.state())
                    && failure.message().contains(String.valueOf(step.reason())))) {
                problem(script, step, "is not refused for that reason: " + refused);
            }
            return;
        }
        Outcome expected = onPlain.execute(step.sql());
        Outcome found = onWeir.execute(step.sql());
        boolean fails = expected instanceof Outcome.Failure;
        if (fails != (step.expected() == Expected.FAILS)) {
            problem(script, step, "gives on plain H2 " + expected);
        }
        boolean same = switch (step.expected()) {
            case VOLATILE -> expected.isLike(found);
            case SUCCEEDS -> !(found instanceof Outcome.Failure);
            case SAME, FAILS, REFUSED -> expected.isSame(found);
        };
        if (!same) {
            problem(script, step, "gives " + found + "\n      on plain H2 " + expected);
        }
    }

    private void compare(Script script) throws SQLException {
        Equality.awaitCaughtUp(cluster, PATIENCE);
        Equality.differences(cluster).forEach(difference -> problem(script, difference));
        StoreContents expected = StoreContents.of(plainAdmin);
        Definitions plainDefinitions = Definitions.of(plainAdmin);
        Definitions primaryDefinitions;
        try (Connection primary = cluster.primary().open()) {
            StoreContents found = StoreContents.of(primary);
            List<String> differences = script.exact()
                    ? expected.differences(found)
                    : counts(expected).equals(counts(found))
                            ? List.of()
                            : List.of(counts(expected) + " rows, but " + counts(found));
            differences.forEach(difference -> problem(script, "on plain H2 and primary: " + difference));
            primaryDefinitions = Definitions.of(primary);
        }
        plainDefinitions
                .differences(primaryDefinitions)
                .forEach(difference -> problem(script, "on plain H2 and primary: " + difference));
        for (H2Store replica : cluster.replicas()) {
            try (Connection connection = replica.open()) {
                primaryDefinitions
                        .differences(Definitions.of(connection))
                        .forEach(difference -> problem(script, replica + ": " + difference));
            }
        }
    }

    private static Map<String, Integer> counts(StoreContents contents) {
        Map<String, Integer> counts = new TreeMap<>();
        contents.tables().forEach((table, rows) -> counts.put(table, rows.size()));
        return counts;
    }

    private void problem(Script script, Step step, String what) {
        problem(script, "line " + step.line() + ": " + step.sql() + "\n      " + what);
    }

    private void problem(Script script, String what) {
        problems.add(file + ", " + script.title() + ": " + what);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        plainAdmin.close();
    }
}
