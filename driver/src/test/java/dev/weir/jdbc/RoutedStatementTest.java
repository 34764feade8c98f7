package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.forward.RecordedParameters;
import dev.weir.routing.RoutingSettings;
import dev.weir.routing.SessionScope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutedStatementTest {
    private static MemoryCluster cluster;
    private Connection connection;

    @BeforeAll
    static void start() throws SQLException {
        cluster = new MemoryCluster(1);
    }

    @AfterAll
    static void stop() throws SQLException {
        cluster.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = cluster.connect();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        cluster.catchUp();
        cluster.onNode(PRIMARY, "DELETE FROM ITEM WHERE ID > 20");
    }

    static String who(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT NAME FROM WHO")) {
            result.next();
            return result.getString(1);
        }
    }

    @Test
    void shouldReadFromReplicaWhenStatementIsPlainRead() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(who(statement)).isEqualTo("r1");
        }
    }

    @Test
    void shouldShareNoParametersWhenStatementsFollowEachOther() throws SQLException {
        String sql = "SELECT COUNT(*) FROM ITEM WHERE ID = ? OR ID = ?";
        for (int i = 0; i < 4; i++) {
            PreparedStatement closed = connection.prepareStatement(sql);
            closed.setInt(1, 1);
            closed.setInt(2, 2);
            assertThat(only(closed.executeQuery())).isEqualTo(2);
            closed.close();
            closed.close();
            try (PreparedStatement first = connection.prepareStatement(sql);
                    PreparedStatement second = connection.prepareStatement(sql)) {
                assertThatThrownBy(first::executeQuery)
                        .as("values of the statement before")
                        .isInstanceOf(SQLException.class);
                first.setInt(1, 1);
                first.setInt(2, 1);
                second.setInt(1, 1);
                second.setInt(2, 2);
                closed.setInt(1, -1);
                closed.close();
                assertThat(only(first.executeQuery())).isEqualTo(1);
                assertThat(only(second.executeQuery())).isEqualTo(2);
            }
        }
    }

    /** Whoever breaks off a statement in use, as pools do that take back what is held too long, must not give its values to another. */
    @Test
    void shouldKeepItsParametersWhenAnotherThreadClosesIt() throws Exception {
        String sql = "SELECT COUNT(*) FROM ITEM WHERE ID = ?";
        for (int i = 0; i < 3; i++) {
            connection.prepareStatement(sql).close();
        }
        RoutedPreparedStatement inUse = (RoutedPreparedStatement) connection.prepareStatement(sql);
        inUse.setInt(1, 1);
        RecordedParameters sending = inUse.parameters();
        Thread breaker = new Thread(() -> assertThatCode(inUse::close).doesNotThrowAnyException());
        breaker.start();
        breaker.join();
        try (PreparedStatement next = connection.prepareStatement(sql)) {
            next.setInt(1, 2);
            assertThat(((RoutedPreparedStatement) next).parameters()).isNotSameAs(sending);
            assertThat(sending.count()).isEqualTo(1);
        }
    }

    private static int only(ResultSet result) throws SQLException {
        try (result) {
            result.next();
            return result.getInt(1);
        }
    }

    @Test
    void shouldServeReadWriteAndReadWhenOneStatementAlternates() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(7);
            statement.setMaxRows(3);
            statement.setQueryTimeout(5);
            assertThat(count(statement.executeQuery("SELECT * FROM ITEM"))).isEqualTo(3);
            assertThat(statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('new')"))
                    .isEqualTo(1);
            cluster.catchUp();
            assertThat(who(statement)).isEqualTo("r1");
            assertThat(count(statement.executeQuery("SELECT * FROM ITEM FOR UPDATE")))
                    .isEqualTo(3);
            assertThat(List.of(statement.getFetchSize(), statement.getMaxRows(), statement.getQueryTimeout()))
                    .containsExactly(7, 3, 5);
        }
        assertThat(cluster.count("r1", "ITEM")).isEqualTo(20);
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }

    private static int count(ResultSet result) throws SQLException {
        try (result) {
            int rows = 0;
            while (result.next()) {
                rows++;
            }
            return rows;
        }
    }

    @Test
    void shouldKeepResultSetOpenOnItsNodeWhenAnotherStatementRunsElsewhere() throws SQLException {
        try (Statement reading = connection.createStatement();
                Statement writing = connection.createStatement()) {
            ResultSet onReplica = reading.executeQuery("SELECT NAME FROM WHO UNION ALL SELECT NAME FROM ITEM");
            onReplica.next();
            cluster.leaveReplicasBehind();
            writing.executeUpdate("UPDATE ITEM SET NAME = 'other' WHERE ID = 1");
            assertThat(who(writing)).isEqualTo(PRIMARY);
            assertThat(onReplica.getString(1)).isEqualTo("r1");
            assertThat(onReplica.next()).isTrue();
        }
    }

    @Test
    void shouldCloseOlderResultSetWhenItsStatementExecutesOnAnotherNode() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet first = statement.executeQuery("SELECT NAME FROM WHO");
            statement.executeQuery("SELECT NAME FROM WHO FOR UPDATE");
            assertThat(first.isClosed()).isTrue();
        }
    }

    @Test
    void shouldLeadBackToRoutedObjectsWhenAskedForParents() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM WHO");
                ResultSet result = statement.executeQuery()) {
            assertThat(result.getStatement()).isSameAs(statement);
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
        }
    }

    @Test
    void shouldBindLatestValuesWhenPreparedStatementMovesBetweenNodes() throws SQLException {
        try (PreparedStatement read =
                        connection.prepareStatement("SELECT W.NAME, I.NAME FROM WHO W, ITEM I WHERE I.ID = ?");
                Statement write = connection.createStatement()) {
            read.setInt(1, 3);
            assertThat(row(read)).containsExactly("r1", "item3");
            read.setInt(1, 4);
            assertThat(row(read)).containsExactly("r1", "item4");
            cluster.leaveReplicasBehind();
            write.executeUpdate("UPDATE ITEM SET NAME = 'item5' WHERE ID = 5");
            read.setInt(1, 5);
            assertThat(row(read)).containsExactly(PRIMARY, "item5");
            assertThat(row(read)).containsExactly(PRIMARY, "item5");
            cluster.catchUp();
            assertThat(row(read)).containsExactly("r1", "item5");
        }
    }

    private static List<String> row(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            assertThat(result.next()).isTrue();
            return List.of(result.getString(1), result.getString(2));
        }
    }

    @Test
    void shouldForgetParametersWhenCleared() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM ITEM WHERE ID = ?")) {
            statement.setInt(1, 3);
            statement.executeQuery();
            statement.clearParameters();
            assertThatThrownBy(statement::executeQuery)
                    .isInstanceOf(SQLException.class)
                    .satisfies(
                            e -> assertThat(((SQLException) e).getErrorCode()).isEqualTo(90012));
        }
    }

    @Test
    void shouldReadOnReplicaWhenStreamParametersFitIntoMemory() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT NAME FROM WHO WHERE"
                        + " CAST(? AS VARBINARY) = X'0102' AND CAST(? AS VARCHAR) = 'text' AND CAST(? AS VARCHAR) = 'te' AND 1 = ?")) {
            statement.setBinaryStream(1, new ByteArrayInputStream(new byte[] {1, 2}));
            statement.setCharacterStream(2, new StringReader("text"));
            statement.setClob(3, new StringReader("text"), 2);
            statement.setInt(4, 1);
            assertThat(names(statement)).containsExactly("r1");
            connection.setAutoCommit(false);
            assertThat(names(statement)).containsExactly(PRIMARY);
            connection.commit();
            connection.setAutoCommit(true);
            statement.setInt(4, 2);
            assertThat(names(statement)).isEmpty();
            statement.setBlob(1, new ByteArrayInputStream(new byte[] {1, 2, 3}));
            statement.setInt(4, 1);
            assertThat(names(statement)).isEmpty();
        }
    }

    /** Where each row of the result comes from. */
    private static List<String> names(PreparedStatement statement) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                names.add(result.getString(1));
            }
        }
        return names;
    }

    @Test
    void shouldRepeatReadWithItsStreamsWhenReplicaDoesNotKnowAName() throws SQLException {
        cluster.onNode(PRIMARY, "CREATE TABLE STREAMED(BODY VARBINARY(9))", "INSERT INTO STREAMED VALUES (X'0102')");
        try (PreparedStatement statement = connection.prepareStatement("SELECT 'found' FROM STREAMED WHERE BODY = ?")) {
            statement.setBinaryStream(1, new ByteArrayInputStream(new byte[] {1, 2}), 2);
            assertThat(names(statement)).containsExactly("found");
        }
        cluster.onNode(PRIMARY, "DROP TABLE STREAMED");
    }

    @Test
    void shouldSendReadToPrimaryAndKeepValueWhenStreamIsLarge() throws SQLException {
        byte[] large = new byte[3 << 20];
        large[large.length - 1] = 7;
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT W.NAME FROM WHO W WHERE CAST(? AS BLOB) = CAST(? AS BLOB) AND 1 = ?")) {
            statement.setBinaryStream(1, new ByteArrayInputStream(large));
            statement.setBytes(2, large);
            statement.setInt(3, 2);
            assertThat(names(statement)).isEmpty();
            statement.setInt(3, 1);
            assertThat(names(statement)).containsExactly(PRIMARY);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement other = connection.createStatement()) {
                assertThat(who(other)).isEqualTo("r1");
            }
            assertThatThrownBy(() -> names(statement))
                    .as("what was read on the primary is not there for the transaction's replica")
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("cannot be read again");
            connection.rollback();
        }
    }

    @Test
    void shouldSayThatStreamCannotBeReadWhenItFails() throws IOException, SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM WHO WHERE NAME = ?")) {
            InputStream closed = InputStream.nullInputStream();
            closed.close();
            statement.setBinaryStream(1, closed);
            assertThatThrownBy(statement::executeQuery)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("cannot be read")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("58030"));
        }
    }

    @Test
    void shouldReturnKeysOfPrimaryWhenAskedInAnyForm() throws SQLException {
        String sql = "INSERT INTO ITEM(NAME) VALUES ('keyed')";
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS);
            long first = key(statement);
            statement.execute(sql, new int[] {1});
            assertThat(key(statement)).isEqualTo(first + 1);
            statement.executeLargeUpdate(sql, new String[] {"ID"});
            assertThat(key(statement)).isEqualTo(first + 2);
            try (PreparedStatement prepared = connection.prepareStatement(sql, new String[] {"ID"})) {
                prepared.executeUpdate();
                try (ResultSet keys = prepared.getGeneratedKeys()) {
                    assertThat(keys.getStatement()).isSameAs(prepared);
                    keys.next();
                    assertThat(keys.getLong(1)).isEqualTo(first + 3);
                }
            }
        }
    }

    private static long key(Statement statement) throws SQLException {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            assertThat(keys.next()).isTrue();
            return keys.getLong(1);
        }
    }

    @Test
    void shouldRunWholeBatchOnPrimaryWhenStatementsAreMixed() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO ITEM(NAME) VALUES ('b1')");
            statement.addBatch("UPDATE ITEM SET NAME = 'b2' WHERE NAME = 'b1'");
            assertThat(statement.executeBatch()).containsExactly(1, 1);
            assertThat(statement.executeBatch()).isEmpty();
        }
        try (PreparedStatement prepared = connection.prepareStatement("INSERT INTO ITEM(NAME) VALUES (?)")) {
            for (int i = 0; i < 5; i++) {
                prepared.setString(1, "p" + i);
                prepared.addBatch();
            }
            assertThat(prepared.executeLargeBatch()).containsExactly(1, 1, 1, 1, 1);
            prepared.setString(1, "dropped");
            prepared.addBatch();
            prepared.clearBatch();
            assertThat(prepared.executeBatch()).isEmpty();
        }
        assertThat(cluster.count(PRIMARY, "ITEM WHERE NAME IN ('b2','p0','p1','p2','p3','p4')"))
                .isEqualTo(6);
        assertThat(cluster.count(PRIMARY, "ITEM WHERE NAME = 'dropped'")).isZero();
    }

    @Test
    void shouldKeepPartialCountsAndReadOwnWritesWhenBatchElementFails() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            cluster.leaveReplicasBehind();
            statement.addBatch("INSERT INTO ITEM(NAME) VALUES ('good')");
            statement.addBatch("INSERT INTO ITEM(ID, NAME) VALUES (1, 'duplicate')");
            assertThatThrownBy(statement::executeBatch).isInstanceOf(BatchUpdateException.class);
            assertThat(who(statement)).isEqualTo(PRIMARY);
        }
    }

    @Test
    void shouldRefuseTextOfSeveralStatementsWhenItsPartsAreInDoubt() throws SQLException {
        String sql = "SELECT NAME FROM ITEM WHERE ID = ?1 FOR UPDATE; COMMIT";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                Statement batch = connection.createStatement()) {
            statement.setInt(1, 1);
            assertThatThrownBy(statement::execute)
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("statements of their own");
            assertThatThrownBy(() -> batch.addBatch("SELECT * FROM ITEM FOR UPDATE; COMMIT"))
                    .isInstanceOf(SQLFeatureNotSupportedException.class);
        }
    }

    @Test
    void shouldRouteEachStatementOfATextByItself() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(statement.execute(
                            "SELECT NAME FROM WHO; SET @SEEN = 5; UPDATE ITEM SET NAME = 'parted' WHERE ID = 7"))
                    .isTrue();
            try (ResultSet first = statement.getResultSet()) {
                assertThat(first.next()).isTrue();
                assertThat(first.getString(1)).isEqualTo("r1");
                assertThat(first.getStatement()).isSameAs(statement);
            }
            assertThat(cluster.count(PRIMARY, "ITEM WHERE NAME = 'parted'")).isEqualTo(1);
            assertThat(cluster.count("r1", "ITEM WHERE NAME = 'parted'")).isZero();
            try (ResultSet seen = statement.executeQuery("SELECT @SEEN FROM WHO")) {
                seen.next();
                assertThat(seen.getInt(1)).isEqualTo(5);
            }
        }
        cluster.onNode(PRIMARY, "UPDATE ITEM SET NAME = 'item7' WHERE ID = 7");
    }

    @Test
    void shouldCloseWithFirstResultOfATextWhenAskedToCloseOnCompletion() throws SQLException {
        Statement statement = connection.createStatement();
        statement.closeOnCompletion();
        ResultSet first = statement.executeQuery("SELECT NAME FROM WHO; SET @SEEN = 6");
        first.close();
        assertThat(statement.isClosed()).isTrue();
    }

    @Test
    void shouldRefuseBatchElementWhenItControlsTransaction() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.addBatch("COMMIT"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("COMMIT")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("0A000"));
        }
    }

    @Test
    void shouldLetSqlDecideWhenMethodDoesNotFitIt() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(statement.execute("SELECT NAME FROM WHO")).isTrue();
            try (ResultSet result = statement.getResultSet()) {
                assertThat(statement.getResultSet()).isSameAs(result);
                result.next();
                assertThat(result.getString(1)).isEqualTo("r1");
            }
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
            assertThat(statement.execute("INSERT INTO ITEM(NAME) VALUES ('x')")).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(1);
            assertThatThrownBy(() -> statement.executeUpdate("SELECT NAME FROM WHO"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> statement.executeQuery("DELETE FROM ITEM WHERE ID < 0"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void shouldUpdateOnPrimaryWhenResultSetIsUpdatable() throws SQLException {
        try (Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet result = statement.executeQuery("SELECT ID, NAME FROM ITEM WHERE ID = 7")) {
            result.next();
            result.updateString(2, "changed");
            result.updateRow();
        }
        assertThat(cluster.count(PRIMARY, "ITEM WHERE NAME = 'changed'")).isEqualTo(1);
        assertThat(cluster.count("r1", "ITEM WHERE NAME = 'changed'")).isZero();
        cluster.onNode(PRIMARY, "UPDATE ITEM SET NAME = 'item7' WHERE ID = 7");
    }

    @Test
    void shouldCallOnPrimaryWhenStatementIsCallable() throws SQLException {
        cluster.onNode(PRIMARY, "CREATE ALIAS IF NOT EXISTS MAGNITUDE FOR \"java.lang.Math.abs(int)\"");
        try (CallableStatement call = connection.prepareCall("{? = CALL MAGNITUDE(?)}")) {
            call.registerOutParameter(1, java.sql.Types.INTEGER);
            call.setInt(2, -42);
            call.execute();
            assertThat(call.getInt(1)).isEqualTo(42);
            call.setInt(2, 8);
            call.execute();
            assertThat(call.getInt(1)).isEqualTo(8);
        }
    }

    @Test
    void shouldCloseWithItsResultWhenAskedToCloseOnCompletion() throws SQLException {
        Statement statement = connection.createStatement();
        statement.closeOnCompletion();
        ResultSet first = statement.executeQuery("SELECT NAME FROM WHO");
        ResultSet second = statement.executeQuery("SELECT NAME FROM WHO FOR UPDATE");
        assertThat(first.isClosed()).isTrue();
        assertThat(statement.isClosed()).isFalse();
        assertThat(statement.isCloseOnCompletion()).isTrue();
        second.close();
        assertThat(statement.isClosed()).isTrue();
    }

    @Test
    void shouldRefuseEveryCallWhenStatementOrConnectionIsClosed() throws SQLException {
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT 1");
        statement.close();
        assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("55000"));
        connection.close();
        assertThat(prepared.isClosed()).isTrue();
        assertThatThrownBy(prepared::executeQuery)
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08003"));
        assertThatThrownBy(prepared::getParameterMetaData)
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08003"));
    }

    @Test
    void shouldDescribeItselfWhenNotExecutedYet() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM ITEM WHERE ID = ?")) {
            assertThat(statement.getMetaData().getColumnLabel(1)).isEqualTo("NAME");
            assertThat(statement.getParameterMetaData().getParameterCount()).isEqualTo(1);
        }
    }

    /** Cancels what runs: H2's own cancel, called just as a statement starts, makes that one deaf to later calls. */
    @Test
    void shouldCancelOnTheNodeThatExecutesWhenAskedFromAnotherThread() throws Exception {
        try (Statement statement = connection.createStatement()) {
            who(statement);
            AtomicReference<SQLException> failure = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                try {
                    statement.executeQuery("SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) A, SYSTEM_RANGE(1, 100000) B"
                            + " WHERE A.X + B.X > 0");
                } catch (SQLException e) {
                    failure.set(e);
                }
            });
            reader.start();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> cluster.count(
                                    "r1",
                                    "INFORMATION_SCHEMA.SESSIONS WHERE EXECUTING_STATEMENT"
                                            + " LIKE 'SELECT COUNT(*) FROM SYSTEM_RANGE%'")
                            == 1);
            statement.cancel();
            reader.join(Duration.ofMinutes(1).toMillis());
            assertThat(reader.isAlive()).isFalse();
            assertThatObject(failure.get()).isNotNull().returns(57014, SQLException::getErrorCode);
        }
    }

    private Connection patient() throws SQLException {
        Connection patient = cluster.connect(cluster.database(RoutingSettings.DEFAULT
                .withSessionScope(SessionScope.CONNECTION)
                .withWaitForReplica(Duration.ofMinutes(1))));
        cluster.leaveReplicasBehind();
        try (Statement writing = patient.createStatement()) {
            writing.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('awaited')");
        }
        return patient;
    }

    @Test
    void shouldTimeOutWhenReplicaDoesNotCatchUpWithinQueryTimeout() throws SQLException {
        try (Connection patient = patient();
                Statement statement = patient.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> who(statement))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("query timeout of 1 s")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("57014"));
            cluster.catchUp();
            assertThat(who(statement)).isEqualTo("r1");
        }
    }

    @Test
    void shouldLeaveTargetRestOfQueryTimeoutWhenReadHasWaited() throws Exception {
        try (Connection patient = patient();
                Statement statement = patient.createStatement()) {
            statement.setQueryTimeout(30);
            AtomicReference<String> served = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                try {
                    served.set(who(statement));
                } catch (SQLException e) {
                    served.set(e.toString());
                }
            });
            long began = System.nanoTime();
            reader.start();
            Awaitility.await().until(() -> System.nanoTime() - began > 1_200_000_000L);
            cluster.catchUp();
            reader.join();
            assertThat(served.get()).isEqualTo("r1");
            assertThat(statement.unwrap(org.h2.jdbc.JdbcStatement.class).getQueryTimeout())
                    .isLessThan(30);
            assertThat(statement.getQueryTimeout()).isEqualTo(30);
            who(statement);
            assertThat(statement.unwrap(org.h2.jdbc.JdbcStatement.class).getQueryTimeout())
                    .isEqualTo(30);
        }
    }

    @Test
    void shouldCancelWhileReadWaitsForReplica() throws Exception {
        try (Connection patient = patient();
                Statement statement = patient.createStatement()) {
            AtomicReference<SQLException> failure = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                try {
                    who(statement);
                } catch (SQLException e) {
                    failure.set(e);
                }
            });
            reader.start();
            Awaitility.await().until(() -> {
                statement.cancel();
                return !reader.isAlive();
            });
            assertThatObject(failure.get()).isInstanceOf(SQLTimeoutException.class);
            cluster.catchUp();
            assertThat(who(statement))
                    .as("a cancelled execution does not cancel the next")
                    .isEqualTo("r1");
        }
    }

    /** Takes every connection to the node on which the text runs. */
    private static List<Connection> holdAll(String sql) throws SQLException {
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < MemoryCluster.POOL_SIZE; i++) {
            Connection holder = cluster.connect();
            held.add(holder);
            try (Statement statement = holder.createStatement()) {
                statement.executeQuery(sql).next();
            }
        }
        return held;
    }

    private static void closeAll(List<Connection> held) throws SQLException {
        for (Connection holder : held) {
            holder.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT NAME FROM WHO", "SELECT NAME FROM WHO FOR UPDATE"})
    void shouldTimeOutWhenNoConnectionIsFreeWithinQueryTimeout(String sql) throws SQLException {
        List<Connection> held = holdAll(sql);
        int lent = cluster.lent();
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            long began = System.nanoTime();
            assertThatThrownBy(() -> statement.executeQuery(sql))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("all " + MemoryCluster.POOL_SIZE + " are in use")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("57014"));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(cluster.lent()).isEqualTo(lent);
            statement.addBatch("UPDATE ITEM SET NAME = NAME WHERE ID < 0");
        } catch (SQLTimeoutException e) {
            assertThat(sql).as("a batch waits for the primary alone").contains("FOR UPDATE");
        } finally {
            closeAll(held);
        }
        try (Statement statement = connection.createStatement()) {
            assertThat(count(statement.executeQuery(sql))).isEqualTo(1);
        }
    }

    @Test
    void shouldCancelWhileStatementWaitsForConnection() throws Exception {
        List<Connection> held = holdAll("SELECT NAME FROM WHO FOR UPDATE");
        try (Statement statement = connection.createStatement()) {
            AtomicReference<SQLException> failure = new AtomicReference<>();
            Thread writer = new Thread(() -> {
                try {
                    statement.executeUpdate("UPDATE ITEM SET NAME = NAME WHERE ID < 0");
                } catch (SQLException e) {
                    failure.set(e);
                }
            });
            writer.start();
            Awaitility.await().until(() -> {
                statement.cancel();
                return !writer.isAlive();
            });
            assertThatObject(failure.get()).isInstanceOf(SQLTimeoutException.class);
        } finally {
            closeAll(held);
        }
    }

    @Test
    void shouldReachTargetsClassWhenUnwrapped() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(statement.isWrapperFor(org.h2.jdbc.JdbcStatement.class)).isTrue();
            assertThat(statement.unwrap(org.h2.jdbc.JdbcStatement.class)).isNotNull();
            assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
            try (ResultSet result = statement.executeQuery("SELECT NAME FROM WHO")) {
                assertThat(result.isWrapperFor(org.h2.jdbc.JdbcResultSet.class)).isTrue();
                assertThat(result.unwrap(org.h2.jdbc.JdbcResultSet.class)).isNotNull();
            }
        }
    }
}
