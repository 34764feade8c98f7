package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoutedConnectionTest {
    private static MemoryCluster cluster;
    private Connection connection;

    @BeforeAll
    static void start() throws SQLException {
        cluster = new MemoryCluster(2);
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

    private String who() throws SQLException {
        return text("SELECT NAME FROM WHO");
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private void execute(String... texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
        }
    }

    private static void assertState(ThrowingCallable call, String state) {
        assertThatThrownBy(call)
                .isInstanceOf(SQLException.class)
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo(state));
    }

    @Test
    void shouldGoOnReadingReplicasWhenATemporaryTableIsCreatedForAllSessions() throws SQLException {
        RoutedDatabase database = cluster.database();
        try (Connection creator = cluster.connect(database);
                Connection other = cluster.connect(database);
                Statement creating = creator.createStatement();
                Statement reading = other.createStatement()) {
            creating.execute("CREATE GLOBAL TEMPORARY TABLE SCRATCH(ID INT PRIMARY KEY)");
            creating.execute("CREATE TEMPORARY TABLE IF NOT EXISTS \"Scratch2\"(ID INT PRIMARY KEY)");
            creating.execute("INSERT INTO SCRATCH VALUES (7)");
            cluster.catchUp();
            try (ResultSet node = creating.executeQuery("SELECT NAME FROM WHO")) {
                node.next();
                assertThat(node.getString(1)).startsWith("r");
            }
            try (ResultSet row = reading.executeQuery("SELECT S.ID FROM WHO, SCRATCH S")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(7);
            }
            try (ResultSet row = reading.executeQuery("SELECT COUNT(*) FROM \"Scratch2\"")) {
                assertThat(row.next()).isTrue();
            }
        } finally {
            cluster.onNode(PRIMARY, "DROP TABLE SCRATCH", "DROP TABLE \"Scratch2\"");
        }
    }

    @Test
    void shouldStayOnThePrimaryWhenATemporaryTableIsOfThisSession() throws SQLException {
        execute("CREATE LOCAL TEMPORARY TABLE MINE(ID INT PRIMARY KEY)");
        assertThat(text("SELECT COUNT(*) FROM MINE")).isEqualTo("0");
        assertThat(who()).isEqualTo(PRIMARY);
    }

    // ---------------------------------------------------------------- transactions

    @Test
    void shouldRunWholeTransactionOnPrimaryWhenNotDeclaredReadOnly() throws SQLException {
        assertThat(who()).startsWith("r");
        connection.setAutoCommit(false);
        assertThat(who()).isEqualTo(PRIMARY);
        execute("INSERT INTO ITEM(NAME) VALUES ('in transaction')");
        assertThat(text("SELECT COUNT(*) FROM ITEM WHERE NAME = 'in transaction'"))
                .isEqualTo("1");
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
        connection.commit();
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }

    @Test
    void shouldStayOnOneReplicaWhenTransactionIsReadOnly() throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        for (int round = 0; round < 5; round++) {
            String replica = who();
            assertThat(replica).startsWith("r");
            for (int i = 0; i < 5; i++) {
                assertThat(who()).isEqualTo(replica);
            }
            connection.commit();
        }
    }

    @Test
    void shouldWaitForSchemaWhenReadOnlyTransactionRunsOnReplica() throws Exception {
        RoutedDatabase database = cluster.database();
        try (Connection reading = cluster.connect(database);
                Statement statement = reading.createStatement()) {
            reading.setReadOnly(true);
            reading.setAutoCommit(false);
            assertThat(RoutedStatementTest.who(statement)).startsWith("r");
            database.catalog().changed(cluster.number(PRIMARY, "SELECT LSN FROM WEIR.HEAD") + 1, false);
            assertState(() -> RoutedStatementTest.who(statement), "55000");
            Thread writer = new Thread(() -> {
                try {
                    cluster.onNode(PRIMARY, "UPDATE WEIR.HEAD SET LSN = LSN + 1, SCHEMA_LSN = LSN + 1");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            assertThat(RoutedStatementTest.who(statement)).startsWith("r");
            writer.join();
            reading.commit();
        }
    }

    @Test
    void shouldStillChooseReplicaWhenReadOnlyIsSetInsideUnstartedTransaction() throws SQLException {
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        assertThat(who()).startsWith("r");
        assertState(() -> connection.setReadOnly(false), "25001");
        connection.rollback();
        connection.setReadOnly(false);
        assertThat(who()).isEqualTo(PRIMARY);
    }

    @Test
    void shouldRefuseWriteWhenConnectionIsReadOnly() throws SQLException {
        connection.setReadOnly(true);
        assertState(() -> execute("INSERT INTO ITEM(NAME) VALUES ('refused')"), "25006");
        assertState(() -> execute("CREATE TABLE REFUSED(ID INT)"), "25006");
        assertState(() -> execute("SELECT 1; DELETE FROM ITEM"), "25006");
        connection.setAutoCommit(false);
        assertState(() -> execute("DELETE FROM ITEM"), "25006");
        assertThat(who()).startsWith("r");
        assertState(() -> execute("DELETE FROM ITEM"), "25006");
        assertState(() -> execute("SELECT * FROM ITEM FOR UPDATE"), "25006");
        try (Statement statement = connection.createStatement()) {
            assertState(() -> statement.addBatch("DELETE FROM ITEM"), "25006");
        }
        connection.rollback();
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
    }

    @Test
    void shouldForgetTransactionWhenRolledBack() throws SQLException {
        connection.setAutoCommit(false);
        cluster.leaveReplicasBehind();
        execute("INSERT INTO ITEM(NAME) VALUES ('undone')");
        connection.rollback();
        connection.setAutoCommit(true);
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
        assertThat(who()).as("a rollback does not advance the clock").startsWith("r");
    }

    @Test
    void shouldReadOwnWriteWhenCommitted() throws SQLException {
        who(); // from now on the catalog is known
        connection.setAutoCommit(false);
        cluster.leaveReplicasBehind();
        execute("INSERT INTO ITEM(NAME) VALUES ('kept')");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(who()).as("another table is not concerned").startsWith("r");
        assertThat(text("SELECT NAME FROM WHO WHERE EXISTS (SELECT 1 FROM ITEM)"))
                .isEqualTo(PRIMARY);
        cluster.catchUp();
        assertThat(who()).startsWith("r");
    }

    @Test
    void shouldCommitWhenAutoCommitIsTurnedOnInsideTransaction() throws SQLException {
        connection.setAutoCommit(false);
        execute("INSERT INTO ITEM(NAME) VALUES ('committed by switch')");
        connection.setAutoCommit(true);
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }

    @Test
    void shouldDriveSameStateWhenTransactionIsControlledBySql() throws SQLException {
        execute("/* start */ BEGIN");
        assertThat(who()).isEqualTo(PRIMARY);
        execute("INSERT INTO ITEM(NAME) VALUES ('one')", "SAVEPOINT S1", "INSERT INTO ITEM(NAME) VALUES ('two')");
        execute("ROLLBACK TO SAVEPOINT S1");
        execute("COMMIT");
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
        cluster.catchUp();
        assertThat(who()).startsWith("r");
        execute("BEGIN", "INSERT INTO ITEM(NAME) VALUES ('three')", "ROLLBACK");
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
        execute("SET AUTOCOMMIT FALSE");
        assertThat(connection.getAutoCommit()).isFalse();
        execute("INSERT INTO ITEM(NAME) VALUES ('four')");
        connection.rollback();
        execute("SET AUTOCOMMIT TRUE");
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }

    @Test
    void shouldRollBackToSavepointWhenSetByCall() throws SQLException {
        assertState(connection::setSavepoint, "25P01");
        connection.setAutoCommit(false);
        Savepoint before = connection.setSavepoint("BEFORE_ALL");
        execute("INSERT INTO ITEM(NAME) VALUES ('one')");
        Savepoint after = connection.setSavepoint();
        execute("INSERT INTO ITEM(NAME) VALUES ('two')");
        connection.rollback(after);
        connection.releaseSavepoint(before);
        connection.commit();
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }

    // ---------------------------------------------------------------- session state

    @Test
    void shouldGiveEveryDelegateSameSessionStateWhenSetBySqlOrCall() throws SQLException {
        assertThat(who()).startsWith("r");
        execute("SET @LEVEL = 7", "SET SCHEMA WEIR");
        assertThat(text("SELECT ROLE || @LEVEL FROM NODE")).isEqualTo("primary7");
        connection.setSchema("PUBLIC");
        execute("SET @LEVEL = 8");
        cluster.catchUp();
        assertThat(who()).startsWith("r");
        connection.setAutoCommit(false);
        assertThat(text("SELECT NAME || @LEVEL FROM WHO")).isEqualTo("primary8");
        connection.setSchema("WEIR");
        connection.commit();
        connection.setAutoCommit(true);
        cluster.catchUp();
        assertThat(text("SELECT ROLE FROM NODE")).isEqualTo("replica");
        assertThat(connection.getSchema()).isEqualTo("WEIR");
    }

    @Test
    void shouldNotLeakSessionStateWhenDelegateReturnsToPool() throws SQLException {
        execute("SET SCHEMA WEIR", "CREATE LOCAL TEMPORARY TABLE MINE(ID INT)");
        connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setReadOnly(true);
        assertThat(text("SELECT ROLE FROM NODE")).isEqualTo("primary");
        connection.close();
        for (int i = 0; i < 3; i++) {
            try (Connection next = cluster.connect();
                    Statement statement = next.createStatement()) {
                assertThat(next.isReadOnly()).isFalse();
                next.setAutoCommit(false);
                try (ResultSet result = statement.executeQuery("SELECT NAME FROM WHO")) {
                    result.next();
                    assertThat(result.getString(1)).isEqualTo(PRIMARY);
                }
                assertThat(next.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
                assertThat(next.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
                assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM MINE"))
                        .isInstanceOf(SQLException.class);
            }
        }
    }

    @Test
    void shouldNotBindNextBorrowerByQueryTimeoutWhenConnectionIsClosed() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThat(RoutedStatementTest.who(statement)).startsWith("r");
            statement.executeUpdate("UPDATE ITEM SET NAME = NAME WHERE ID = 1");
        }
        connection.close();
        try (Connection next = cluster.connect();
                Statement statement = next.createStatement()) {
            statement.executeUpdate("UPDATE ITEM SET NAME = NAME WHERE ID = 1");
            // H2 keeps the timeout with the session, wherever it was set.
            assertThat(statement.unwrap(org.h2.jdbc.JdbcStatement.class).getQueryTimeout())
                    .isZero();
        }
    }

    @Test
    void shouldPinInsteadOfRepeatingWhenSessionStateIsSetByParameter() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SET @LEVEL = ?")) {
            statement.setInt(1, 9);
            statement.execute();
        }
        assertThat(text("SELECT NAME || @LEVEL FROM WHO")).isEqualTo("primary9");
    }

    @Test
    void shouldStayOnPrimaryWhenSessionHoldsTemporaryTable() throws SQLException {
        execute("CREATE LOCAL TEMPORARY TABLE SCRATCH(ID INT)", "INSERT INTO SCRATCH VALUES (1)");
        cluster.catchUp();
        assertThat(text("SELECT COUNT(*) FROM SCRATCH")).isEqualTo("1");
        assertThat(text("SHOW weir.session")).isEqualTo("session");
        try (Statement statement = connection.createStatement();
                ResultSet session = statement.executeQuery("SHOW weir.session")) {
            session.next();
            assertThat(session.getString("pinned_to"))
                    .isEqualTo(cluster.node(PRIMARY).name());
        }
    }

    @Test
    void shouldReadOnReplicaAgainWhenTemporaryTableIsDropped() throws SQLException {
        execute("CREATE LOCAL TEMPORARY TABLE SCRATCH(ID INT)", "CREATE LOCAL TEMPORARY TABLE OTHER(ID INT)");
        execute("DROP TABLE SCRATCH");
        assertThat(who()).isEqualTo(PRIMARY);
        connection.setAutoCommit(false);
        execute("DROP TABLE OTHER");
        connection.commit();
        connection.setAutoCommit(true);
        cluster.catchUp();
        assertThat(who()).startsWith("r");
        execute("CREATE LOCAL TEMPORARY TABLE OTHER(ID INT)");
        connection.unwrap(org.h2.jdbc.JdbcConnection.class);
        execute("DROP TABLE OTHER");
        cluster.catchUp();
        assertThat(who()).as("the unwrapped connection stays reachable").isEqualTo(PRIMARY);
    }

    @Test
    void shouldOpenNoDelegateWhenRequestsBeginAndEndOrShardingIsAskedFor() throws SQLException {
        connection.beginRequest();
        connection.endRequest();
        connection.setNetworkTimeout(Runnable::run, 5_000);
        assertThat(connection.getNetworkTimeout()).isEqualTo(5_000);
        assertThatThrownBy(() -> connection.setShardingKey(null)).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(() -> connection.setShardingKeyIfValid(null, 1))
                .isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThat(cluster.lent()).isZero();
    }

    @Test
    void shouldCarryWeirsClientInfoWhenSet() throws SQLException {
        assertThat(connection.getClientInfo("weir.consistency")).isEqualTo("session");
        connection.setClientInfo("weir.consistency", "Strong");
        assertThat(who()).isEqualTo(PRIMARY);
        assertThat(((WeirConnection) connection).lastRoute())
                .extracting(Route::reason)
                .isEqualTo(Reason.STRONG);
        connection.setClientInfo("weir.consistency", "eventual");
        assertThat(who()).startsWith("r");
        assertThatThrownBy(() -> connection.setClientInfo("weir.consistency", "sometimes"))
                .isInstanceOf(SQLClientInfoException.class)
                .hasMessageContaining("strong, session, bounded, eventual");
        assertThatThrownBy(() -> connection.setClientInfo("weir.tokn", "x"))
                .isInstanceOf(SQLClientInfoException.class)
                .hasMessageContaining("weir.token");
        assertThat(connection.getClientInfo()).containsEntry("weir.consistency", "eventual");
    }

    @Test
    void shouldSeeOtherSessionsWriteWhenGivenItsToken() throws SQLException {
        cluster.leaveReplicasBehind();
        execute("INSERT INTO ITEM(NAME) VALUES ('seen')");
        String token = connection.getClientInfo("weir.token");
        try (Connection other = cluster.connect();
                Statement statement = other.createStatement()) {
            assertThat(RoutedStatementTest.who(statement)).startsWith("r");
            other.setClientInfo("weir.token", token);
            assertThat(RoutedStatementTest.who(statement)).isEqualTo(PRIMARY);
            other.unwrap(WeirConnection.class).adopt(token);
            assertThatThrownBy(() -> other.setClientInfo("weir.token", "nonsense"))
                    .isInstanceOf(SQLClientInfoException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("22023"));
        }
    }

    // ---------------------------------------------------------------- laziness and life

    @Test
    void shouldOpenNoDelegateWhenNothingIsExecuted() throws SQLException {
        int lent = lent();
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setSchema("PUBLIC");
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.prepareStatement("SELECT 1").close();
        assertThat(connection.isValid(1)).isTrue();
        connection.commit();
        connection.setReadOnly(false);
        connection.setAutoCommit(true);
        assertThat(lent()).isEqualTo(lent);
        who();
        assertThat(lent()).isEqualTo(lent + 1);
        connection.close();
        assertThat(lent()).isEqualTo(lent);
    }

    private static int lent() {
        return cluster.lent();
    }

    @Test
    void shouldRefuseEverythingWhenClosed() throws SQLException {
        connection.close();
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.isValid(0)).isFalse();
        assertState(connection::createStatement, "08003");
        assertState(connection::commit, "08003");
        assertState(connection::getMetaData, "08003");
        assertState(() -> connection.nativeSQL("SELECT 1"), "08003");
        assertState(() -> connection.setClientInfo("weir.token", "x"), "08003");
        assertState(connection::createBlob, "08003");
    }

    @Test
    void shouldRollBackWhenClosedInsideTransaction() throws SQLException {
        connection.setAutoCommit(false);
        execute("INSERT INTO ITEM(NAME) VALUES ('abandoned')");
        PreparedStatement open = connection.prepareStatement("SELECT * FROM ITEM");
        ResultSet result = open.executeQuery();
        result.next();
        connection.close();
        assertThat(result.isClosed()).isTrue();
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
        try (Connection next = cluster.connect()) {
            assertThat(next.getAutoCommit()).isTrue();
        }
    }

    @Test
    void shouldCloseDelegatesForGoodWhenAborted() throws SQLException {
        connection.setAutoCommit(false);
        execute("INSERT INTO ITEM(NAME) VALUES ('aborted')");
        long before = cluster.sessions(PRIMARY);
        connection.abort(Runnable::run);
        assertThat(connection.isClosed()).isTrue();
        Awaitility.await().until(() -> cluster.sessions(PRIMARY) == before - 1);
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
        assertState(connection::createStatement, "08003");
        assertThatThrownBy(() -> connection.abort(null)).isInstanceOf(SQLException.class);
    }

    @Test
    void shouldPinToPrimaryWhenTargetsConnectionIsUnwrapped() throws SQLException {
        assertThat(connection.isWrapperFor(org.h2.jdbc.JdbcConnection.class)).isTrue();
        assertThat(connection.isWrapperFor(WeirConnection.class)).isTrue();
        assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
        assertThat(who()).startsWith("r");
        assertThat(connection.unwrap(org.h2.jdbc.JdbcConnection.class)).isNotNull();
        assertThat(who()).isEqualTo(PRIMARY);
        assertThatThrownBy(() -> connection.unwrap(java.util.List.class)).isInstanceOf(SQLException.class);
    }

    @Test
    void shouldDescribeTargetWhenAskedForMetadata() throws SQLException {
        var metaData = connection.getMetaData();
        assertThat(metaData.getURL()).isEqualTo("jdbc:weir:h2:mem:test");
        assertThat(metaData.getDriverName()).isEqualTo("Weir JDBC driver");
        assertThat(metaData.getDriverMajorVersion()).isEqualTo(1);
        assertThat(metaData.getDriverMinorVersion()).isEqualTo(2);
        assertThat(metaData.getDatabaseProductName()).isEqualTo("H2");
        try (ResultSet tables = metaData.getTables(null, "PUBLIC", "ITEM", null)) {
            assertThat(tables.next()).isTrue();
            assertThat(tables.getString("TABLE_NAME")).isEqualTo("ITEM");
            assertThat(tables).isInstanceOf(RoutedResultSet.class);
        }
    }

    // ---------------------------------------------------------------- Weir's own commands

    @Test
    void shouldListNodesWhenAsked() throws SQLException {
        who();
        try (Statement statement = connection.createStatement();
                ResultSet nodes = statement.executeQuery("SHOW weir.nodes")) {
            assertThat(nodes.getMetaData().getColumnCount()).isEqualTo(11);
            assertThat(nodes.getStatement()).isSameAs(statement);
            int replicas = 0;
            long reads = 0;
            while (nodes.next()) {
                replicas += nodes.getString("role").equals("replica") ? 1 : 0;
                reads += nodes.getLong("reads");
                assertThat(nodes.getString("state")).isEqualTo("up");
                assertThat(nodes.getString("url")).startsWith("jdbc:h2:mem:").doesNotContain("secret");
                assertThat(nodes.getLong("epoch")).isEqualTo(1);
                assertThat(nodes.getLong("lag_entries")).isZero();
                assertThat(nodes.getLong("lag_ms")).isZero();
                assertThat(nodes.getInt("in_flight")).isZero();
            }
            assertThat(replicas).isEqualTo(2);
            assertThat(reads).isPositive();
            assertThatThrownBy(() -> nodes.updateString(1, "x")).isInstanceOf(SQLFeatureNotSupportedException.class);
        }
    }

    @Test
    void shouldTellLagWhenReplicasAreBehind() throws SQLException {
        cluster.leaveReplicasBehind();
        Awaitility.await().until(() -> text("SHOW weir.nodes") != null && lag("replica") == 1);
        assertThat(lag("primary")).isZero();
    }

    private long lag(String role) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet nodes = statement.executeQuery("SHOW weir.nodes")) {
            while (nodes.next()) {
                if (nodes.getString("role").equals(role)) {
                    return nodes.getLong("lag_entries");
                }
            }
        }
        return -1;
    }

    @Test
    void shouldExplainRouteWithoutRunningItWhenAsked() throws SQLException {
        assertRoute("SELECT NAME FROM WHO", "read", "replica");
        assertRoute("DELETE FROM ITEM", "write", "primary");
        assertRoute("/* weir: strong */ SELECT NAME FROM WHO", "read", "primary");
        assertRoute("SELECT 1; DELETE FROM ITEM", "multiple", "primary");
        assertRoute("SET @A = 1", "session", "every");
        assertRoute("SHOW weir.nodes", "show_nodes", "none");
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(20);
        assertThat(((WeirConnection) connection).lastRoute()).isNull();
    }

    private void assertRoute(String sql, String kind, String route) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("EXPLAIN ROUTE " + sql)) {
            assertThat(statement.getMetaData().getColumnName(4)).isEqualTo("reason");
            assertThat(statement.execute()).isTrue();
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                assertThat(result.getString("kind")).isEqualTo(kind);
                assertThat(result.getString("route")).as(sql).isEqualTo(route);
                assertThat(result.getString("reason")).isNotBlank();
                result.getLong("lsn_needed");
                assertThat(result.next()).isFalse();
            }
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
        }
    }

    @Test
    void shouldTightenRouteWhenTextStartsWithHint() throws SQLException {
        assertThat(text("/* weir: primary */ SELECT NAME FROM WHO")).isEqualTo(PRIMARY);
        cluster.catchUp();
        assertThat(text("SELECT /* weir: primary */ NAME FROM WHO")).startsWith("r");
        execute("/* weir: replica */ INSERT INTO ITEM(NAME) VALUES ('hinted')");
        assertThat(cluster.count(PRIMARY, "ITEM")).isEqualTo(21);
    }
}
