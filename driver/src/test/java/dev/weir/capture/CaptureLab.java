package dev.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.Digest;
import dev.weir.log.EntryState;
import dev.weir.log.LogReader;
import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement;
import dev.weir.log.Lsn;
import dev.weir.log.ReplaySql;
import dev.weir.log.SessionContext;
import dev.weir.log.Values;
import dev.weir.log.WeirSchema;
import dev.weir.sql.Classifier;
import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A primary under capture, its log, and a second store into which the log is replayed by the rules of {@link LogReader}. */
final class CaptureLab implements AutoCloseable {
    private final String primaryUrl;
    private final String replicaUrl;
    private final Connection admin;
    private final Connection replica;
    private final PrimaryStore store;
    private Lsn applied = Lsn.ZERO;
    private long chain;

    CaptureLab(String settings) throws SQLException {
        this("jdbc:h2:mem:" + UUID.randomUUID() + settings, settings);
    }

    CaptureLab(String primaryUrl, String settings) throws SQLException {
        this.primaryUrl = primaryUrl;
        this.replicaUrl = "jdbc:h2:mem:" + UUID.randomUUID() + settings;
        this.admin = DriverManager.getConnection(primaryUrl, "SA", "");
        WeirSchema.createPrimary(admin, UUID.randomUUID(), "p1");
        this.replica = DriverManager.getConnection(replicaUrl, "SA", "");
        execute(replica, "SET REFERENTIAL_INTEGRITY FALSE");
        Classifier classifier = new Classifier(SqlDialect.H2, Set.of());
        this.store = PrimaryStore.of(classifier::classify, admin, Clock.systemUTC());
    }

    PrimaryStore store() {
        return store;
    }

    Connection admin() {
        return admin;
    }

    Connection replica() {
        return replica;
    }

    CapturingConnection connect() throws SQLException {
        return new CapturingConnection(plain(), store);
    }

    CapturingConnection connect(String user) throws SQLException {
        return new CapturingConnection(DriverManager.getConnection(primaryUrl, user, ""), store);
    }

    /** A connection that bypasses capture. */
    Connection plain() throws SQLException {
        return DriverManager.getConnection(primaryUrl, "SA", "");
    }

    /** The log entries that the replica does not have yet. */
    List<LogTransaction> news() throws SQLException {
        return LogReader.read(admin, applied, Integer.MAX_VALUE);
    }

    /** Applies the news, and compares every table. */
    void assertReplicaEqual() throws SQLException {
        for (LogTransaction entry : news()) {
            apply(entry);
        }
        Map<String, List<String>> expected = contents(admin);
        Map<String, List<String>> actual = contents(replica);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (table, rows) -> assertThat(actual.get(table)).as(table).isEqualTo(rows));
    }

    /** The forms of the statements in the news, in order. */
    List<String> forms() throws SQLException {
        List<String> forms = new ArrayList<>();
        for (LogTransaction entry : news()) {
            for (LoggedStatement statement : entry.statements()) {
                forms.add(
                        statement instanceof LoggedStatement.Rows rows
                                ? rows.change() + "x" + rows.rows().size()
                                : statement.getClass().getSimpleName());
            }
        }
        return forms;
    }

    /** Applies the news without a look at their forms. */
    void skip() throws SQLException {
        assertReplicaEqual();
    }

    private void apply(LogTransaction entry) throws SQLException {
        assertThat(entry.lsn()).isEqualTo(applied.next());
        chain = Digest.next(chain, entry.hash());
        assertThat(entry.chain()).as("digest chain at LSN %s", entry.lsn()).isEqualTo(chain);
        if (entry.state() == EntryState.DONE) {
            for (LoggedStatement statement : entry.statements()) {
                apply(entry.lsn(), statement);
            }
        }
        applied = entry.lsn();
    }

    private void apply(Lsn lsn, LoggedStatement statement) throws SQLException {
        if (statement instanceof LoggedStatement.Sql sql) {
            adopt(sql.context());
            try (PreparedStatement prepared = replica.prepareStatement(sql.sql())) {
                int index = 1;
                for (Object value : sql.parameters()) {
                    index = Values.bind(prepared, index, value);
                }
                assertThat(prepared.executeLargeUpdate())
                        .as("count of %s at LSN %s", sql, lsn)
                        .isEqualTo(sql.count());
            }
        } else if (statement instanceof LoggedStatement.Rows rows) {
            for (@Nullable Object[] row : rows.rows()) {
                apply(lsn, rows, row);
            }
        } else if (statement instanceof LoggedStatement.Generator generator) {
            execute(replica, generator.sql());
        } else if (statement instanceof LoggedStatement.Ddl ddl) {
            adopt(ddl.context());
            execute(replica, ddl.sql());
            execute(replica, "SET REFERENTIAL_INTEGRITY FALSE");
        }
    }

    private void apply(Lsn lsn, LoggedStatement.Rows rows, @Nullable Object[] row) throws SQLException {
        long changed = 0;
        List<String> texts = ReplaySql.texts(rows, row);
        for (int text = 0; changed == 0 && text < texts.size(); text++) {
            try (PreparedStatement prepared = replica.prepareStatement(texts.get(text))) {
                ReplaySql.bind(prepared, rows, row, text);
                changed = prepared.executeLargeUpdate();
            }
        }
        assertThat(changed)
                .as(
                        "count of %s %s %s at LSN %s",
                        rows.change(), rows.table(), List.of(row[0] == null ? "" : row[0]), lsn)
                .isEqualTo(1);
    }

    private void adopt(SessionContext context) throws SQLException {
        String schema = context.schema();
        execute(replica, "SET SCHEMA " + (schema == null ? "PUBLIC" : ReplaySql.quote(schema)));
        String zone = context.timeZone();
        execute(replica, zone == null ? "SET TIME ZONE LOCAL" : "SET TIME ZONE '" + zone + "'");
    }

    /** Every table but Weir's, with its rows as text, sorted. */
    static Map<String, List<String>> contents(Connection connection) throws SQLException {
        Map<String, List<String>> contents = new TreeMap<>();
        for (List<String> table : rows(
                connection,
                "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'"
                        + " AND UPPER(TABLE_SCHEMA) NOT IN ('WEIR', 'INFORMATION_SCHEMA', 'PG_CATALOG')")) {
            String name = ReplaySql.quote(table.get(0)) + "." + ReplaySql.quote(table.get(1));
            List<String> rows = new ArrayList<>();
            for (List<String> row : rows(connection, "SELECT * FROM " + name)) {
                rows.add(String.join("|", row));
            }
            Collections.sort(rows);
            contents.put(name, rows);
        }
        return contents;
    }

    static List<List<String>> rows(Connection connection, String sql) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(result.getString(i)));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    static void execute(Connection connection, String... commands) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : commands) {
                statement.execute(sql);
            }
        }
    }

    static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        replica.close();
        admin.close();
    }
}
