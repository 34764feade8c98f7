package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.io.StringReader;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What applications of PostgreSQL's own driver do through Weir. */
@ExtendWith(PostgresExtension.class)
final class PostgresContractTest {
    /** Says where a read of a table ran; Weir is told that its function has no side effects. */
    private static final String ON_STANDBY = "SELECT pg_is_in_recovery() FROM item LIMIT 1";

    private PostgresCluster cluster;
    private Connection connection;

    @BeforeEach
    void connect(PostgresCluster started) throws SQLException {
        cluster = started;
        try (Connection owner = started.primary().connect();
                Statement statement = owner.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY, name text, tags text[], note xml, body bytea)");
            statement.execute("INSERT INTO item VALUES (1, 'one', '{a,b}', '<n/>', 'abc')");
        }
        started.awaitCaughtUp();
        connection = open();
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(
                cluster.weirUrl() + "&weir.readOnlyFunctions=pg_is_in_recovery&weir.sessionScope=connection");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private void execute(String... texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
        }
    }

    private boolean onStandby() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ON_STANDBY)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private void awaitStandby(String when) {
        Awaitility.await(when).until(this::onStandby);
    }

    private String items() throws SQLException {
        try (Connection owner = cluster.primary().connect();
                Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery("SELECT string_agg(id::text, ',' ORDER BY id) FROM item")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void shouldReadOnStandby() throws SQLException {
        assertThat(onStandby()).isTrue();
    }

    @Test
    void shouldCommitWhatOneTextBeganAndAnotherCommits() throws SQLException {
        execute("BEGIN; INSERT INTO item VALUES (2)");
        execute("COMMIT");
        assertThat(items()).isEqualTo("1,2");
    }

    @Test
    void shouldSeeOwnWriteWhenOneTextBeganTransaction() throws SQLException {
        execute("BEGIN; INSERT INTO item VALUES (2)");
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM item")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(2);
        }
        execute("ROLLBACK");
        assertThat(items()).isEqualTo("1");
        execute("INSERT INTO item VALUES (3)");
        assertThat(items()).isEqualTo("1,3");
    }

    @Test
    void shouldEndTransactionBegunBySqlWhenTextOfSeveralStatementsCommits() throws SQLException {
        execute("BEGIN", "INSERT INTO item VALUES (2); COMMIT", "INSERT INTO item VALUES (3)");
        assertThat(items()).isEqualTo("1,2,3");
        assertThatThrownBy(() -> execute("BEGIN; INSERT INTO item VALUES (4); SELECT 1 / 0"))
                .isInstanceOf(SQLException.class);
        execute("ROLLBACK", "INSERT INTO item VALUES (5)");
        assertThat(items()).isEqualTo("1,2,3,5");
    }

    @Test
    void shouldEndTransactionWhenTextOfSeveralStatementsCommits() throws SQLException {
        connection.setAutoCommit(false);
        execute("INSERT INTO item VALUES (2)", "INSERT INTO item VALUES (3); COMMIT");
        connection.rollback();
        assertThat(items()).isEqualTo("1,2,3");
    }

    @Test
    void shouldRunUnwrappedWorkInsideTheTransaction() throws Exception {
        connection.setAutoCommit(false);
        PGConnection target = connection.unwrap(PGConnection.class);
        assertThat(target.getCopyAPI().copyIn("COPY item (id) FROM STDIN", new StringReader("2\n3\n")))
                .isEqualTo(2);
        connection.rollback();
        assertThat(items()).isEqualTo("1");
        target.getCopyAPI().copyIn("COPY item (id) FROM STDIN", new StringReader("4\n"));
        connection.commit();
        assertThat(items()).isEqualTo("1,4");
    }

    @Test
    void shouldCopyListenAndUseLargeObjectsOnThePrimaryWhenUnwrapped() throws Exception {
        PGConnection target = connection.unwrap(PGConnection.class);
        target.getCopyAPI().copyIn("COPY item (id) FROM STDIN", new StringReader("2\n"));
        assertThat(onStandby()).isFalse();
        execute("LISTEN news", "NOTIFY news, 'hello'");
        assertThat(target.getNotifications(5_000)).hasSize(1);
        connection.setAutoCommit(false);
        LargeObjectManager objects = target.getLargeObjectAPI();
        long oid = objects.createLO();
        try (LargeObject object = objects.open(oid, LargeObjectManager.READWRITE)) {
            object.write("text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            object.seek(0);
            assertThat(object.read(4)).asString().isEqualTo("text");
        }
        connection.commit();
    }

    @Test
    void shouldRefuseToUnwrapWhenTransactionRunsOnStandby() throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        assertThat(onStandby()).isTrue();
        assertThatThrownBy(() -> connection.unwrap(PGConnection.class))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("commit or roll back first");
        connection.commit();
    }

    @Test
    void shouldUseStandbysValuesOnThePrimary() throws SQLException {
        try (Statement reading = connection.createStatement();
                ResultSet row = reading.executeQuery(
                        "SELECT tags, note, id, name, body FROM item WHERE id = 1 AND pg_is_in_recovery()");
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO item(id, tags, note, body) VALUES (2, ?, ?, ?)")) {
            assertThat(row.next()).as("the read ran on a standby").isTrue();
            Array tags = row.getArray(1);
            SQLXML note = row.getSQLXML(2);
            insert.setArray(1, tags);
            insert.setSQLXML(2, note);
            insert.setBinaryStream(3, row.getBinaryStream(5));
            assertThat(insert.executeUpdate()).isEqualTo(1);
            try (ResultSet elements = tags.getResultSet()) {
                assertThat(elements.next()).isTrue();
            }
        }
        assertThat(items()).isEqualTo("1,2");
    }

    @Test
    void shouldReadOnStandbyWithArrayMadeByConnection() throws SQLException {
        Array tags = connection.createArrayOf("text", new String[] {"a", "b"});
        try (PreparedStatement read =
                connection.prepareStatement("SELECT pg_is_in_recovery() FROM item WHERE tags = ?")) {
            read.setArray(1, tags);
            try (ResultSet row = read.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getBoolean(1)).isTrue();
            }
        }
    }

    @Test
    void shouldStreamFromStandbyWhileOtherStatementsRun() throws SQLException {
        execute("INSERT INTO item SELECT n FROM generate_series(2, 1000) n");
        cluster.awaitCaughtUp();
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (Statement streaming = connection.createStatement()) {
            streaming.setFetchSize(10);
            ResultSet rows = streaming.executeQuery("SELECT id FROM item ORDER BY id");
            int count = 0;
            while (rows.next()) {
                count++;
                if (count % 200 == 0) {
                    onStandby();
                }
            }
            assertThat(count).isEqualTo(1000);
        }
        connection.commit();
    }

    @Test
    void shouldKeepHoldableCursorOpenAfterCommitAndWritesElsewhere() throws SQLException {
        execute("INSERT INTO item SELECT n FROM generate_series(2, 100) n");
        cluster.awaitCaughtUp();
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        Statement holding = connection.createStatement(
                ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.HOLD_CURSORS_OVER_COMMIT);
        holding.setFetchSize(10);
        ResultSet rows = holding.executeQuery("SELECT id FROM item ORDER BY id");
        rows.next();
        connection.commit();
        connection.setReadOnly(false);
        connection.setAutoCommit(true);
        execute("INSERT INTO item VALUES (1000)");
        int count = 1;
        while (rows.next()) {
            count++;
        }
        assertThat(count).isEqualTo(100);
    }

    @Test
    void shouldDescribeStatementBeforeItIsExecuted() throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement read = connection.prepareStatement("SELECT id, name FROM item WHERE id = ?")) {
            assertThat(read.getMetaData().getColumnName(2)).isEqualTo("name");
            assertThat(read.getParameterMetaData().getParameterTypeName(1)).isEqualTo("int4");
            read.setInt(1, 1);
            try (ResultSet row = read.executeQuery()) {
                assertThat(row.next()).isTrue();
            }
        }
        connection.rollback();
    }

    @Test
    void shouldFollowTransactionsControlledBySql() throws SQLException {
        execute("/* c */ START TRANSACTION READ ONLY");
        assertThat(onStandby()).isTrue();
        execute("-- c\nCOMMIT AND CHAIN");
        assertThat(onStandby()).isTrue();
        execute("COMMIT", "begin", "INSERT INTO item VALUES (2)");
        assertThat(onStandby()).isFalse();
        execute("ROLLBACK AND CHAIN", "INSERT INTO item VALUES (3)", "END");
        assertThat(items()).isEqualTo("1,3");
        execute("BEGIN", "INSERT INTO item VALUES (4)", "SAVEPOINT s", "INSERT INTO item VALUES (5)");
        execute("ROLLBACK TO s", "COMMIT");
        assertThat(items()).isEqualTo("1,3,4");
    }

    @Test
    void shouldKeepSettingLocalToItsTransaction() throws SQLException {
        connection.setAutoCommit(false);
        execute("SET LOCAL search_path = pg_catalog");
        connection.commit();
        connection.setAutoCommit(true);
        awaitStandby("after a transaction's own setting");
        execute("SET application_name = 'shop'", "RESET application_name", "DISCARD ALL");
        awaitStandby("after settings that every node has");
    }

    @Test
    void shouldReadOnStandbyAgainWhenReasonOfPinHasEnded() throws SQLException {
        execute("CREATE TEMP TABLE scratch (id int)");
        assertThat(onStandby()).isFalse();
        execute("DROP TABLE scratch");
        awaitStandby("after DROP of the temporary table");
        execute("SELECT pg_advisory_lock(7)");
        assertThat(onStandby()).isFalse();
        execute("SELECT pg_advisory_unlock(7)");
        awaitStandby("after unlock");
        execute("LISTEN news");
        assertThat(onStandby()).isFalse();
        execute("UNLISTEN *");
        awaitStandby("after UNLISTEN");
        execute("PREPARE p AS SELECT 1", "EXECUTE p");
        assertThat(onStandby()).isFalse();
        execute("DEALLOCATE p");
        awaitStandby("after DEALLOCATE");
        connection.setAutoCommit(false);
        execute("DECLARE c CURSOR WITH HOLD FOR SELECT 1");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(onStandby()).isFalse();
        execute("CLOSE c");
        awaitStandby("after CLOSE");
        execute("CREATE TEMP TABLE scratch (id int)", "DISCARD ALL");
        awaitStandby("after DISCARD ALL");
        connection.setAutoCommit(false);
        execute("CREATE TEMP TABLE scratch (id int) ON COMMIT DROP");
        connection.commit();
        connection.setAutoCommit(true);
        awaitStandby("after the end of a table that lives for a transaction");
        execute("SELECT set_config('shop.tenant', '7', false)", "SELECT pg_advisory_lock(7), pg_advisory_unlock(7)");
        assertThat(onStandby()).as("a variable stays").isFalse();
    }
}
