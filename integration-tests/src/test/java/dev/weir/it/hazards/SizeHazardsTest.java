package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Statements that change more rows than H2 shows. A database in a file holds MAX_MEMORY_ROWS of a result in memory, 40,000 for each GB of heap by default; of the rows that are to be given as
 * generated keys or from OLD TABLE it loses some of those beyond.
 */
final class SizeHazardsTest {
    private static final int SHOWN = 500;
    private static final int ROWS = 1_750;

    private H2Cluster cluster;
    private Connection connection;

    @BeforeEach
    void open() throws SQLException, IOException {
        use(H2EmbeddedCluster.onFiles(1));
    }

    private void use(H2Cluster used) throws SQLException {
        cluster = used;
        connection = cluster.connect();
        try (Connection admin = cluster.primary().open();
                Statement statement = admin.createStatement()) {
            statement.execute("SET MAX_MEMORY_ROWS " + SHOWN);
        }
        update("CREATE TABLE T(ID BIGINT PRIMARY KEY, U BIGINT UNIQUE, V VARCHAR, C CLOB)");
        update("CREATE TABLE BAG(V VARCHAR)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        cluster.close();
    }

    private long update(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }

    private void fill() throws SQLException {
        assertThat(update("INSERT INTO T SELECT X, X, 'v' || X, 'c' || X FROM SYSTEM_RANGE(1, " + ROWS + ")"))
                .isEqualTo(ROWS);
        assertThat(update("INSERT INTO BAG SELECT 'v' || MOD(X, 7) FROM SYSTEM_RANGE(1, " + ROWS + ")"))
                .isEqualTo(ROWS);
    }

    /** What plain H2 does, without which none of this would be needed. */
    @Test
    void shouldLoseRowsOfOldTableOnPlainH2() throws SQLException {
        fill();
        try (Connection plain = cluster.primary().open()) {
            plain.setAutoCommit(false);
            try (Statement statement = plain.createStatement();
                    ResultSet deleted = statement.executeQuery("SELECT ID FROM OLD TABLE (DELETE FROM T)")) {
                int rows = 0;
                while (deleted.next()) {
                    rows++;
                }
                assertThat(rows).isLessThan(ROWS);
            }
            plain.rollback();
        }
    }

    /** Where H2's server breaks off amid the rows, after which client and server no longer understand each other. */
    @Test
    void shouldReplicateEveryRowWhenStatementsChangeMoreThanH2ShowsOverTcp() throws SQLException, IOException {
        close();
        use(H2TcpCluster.start(1, ""));
        replicateMoreThanShown();
    }

    @Test
    void shouldReplicateEveryRowWhenStatementsChangeMoreThanH2Shows() throws SQLException {
        replicateMoreThanShown();
    }

    private void replicateMoreThanShown() throws SQLException {
        fill();
        for (int round = 0; round < 2; round++) {
            assertThat(update("UPDATE T SET V = V || '!' WHERE ID > 10")).isGreaterThan(SHOWN);
            assertThat(update("UPDATE T SET U = " + (ROWS + 1) + " - U")).isEqualTo(ROWS);
            assertThat(update("UPDATE T SET ID = ID + 1")).isEqualTo(ROWS);
            assertThat(update("UPDATE BAG SET V = V || V WHERE V <> 'v3'")).isEqualTo(ROWS - ROWS / 7);
            assertThat(update("MERGE INTO T KEY(ID) SELECT X, -X, 'm', 'n' FROM SYSTEM_RANGE(5001, 6000)"))
                    .isEqualTo(1_000);
            HazardLab.assertEqual(cluster);
            assertThat(update("DELETE FROM T WHERE ID > 5000")).isEqualTo(1_000);
            HazardLab.assertEqual(cluster);
        }
        assertThat(update("DELETE FROM BAG WHERE V = 'v3'")).isEqualTo(ROWS / 7);
        assertThat(update("DELETE FROM T WHERE ID > 20")).isGreaterThan(SHOWN);
        HazardLab.assertEqual(cluster);
        assertThat(update("DELETE FROM BAG")).isGreaterThan(SHOWN);
        HazardLab.assertEqual(cluster);
    }

    /** Constraints that hold once a statement is done, and not amid it. */
    @Test
    void shouldKeepConstraintsOfTheWholeStatementWhenItChangesMoreThanH2Shows() throws SQLException {
        update("CREATE TABLE TREE(ID BIGINT PRIMARY KEY, PARENT BIGINT REFERENCES TREE)");
        update("INSERT INTO TREE(ID) SELECT X FROM SYSTEM_RANGE(1, " + ROWS + ")");
        update("UPDATE TREE SET PARENT = ID + 1 WHERE ID < " + ROWS);
        assertThatThrownBy(() -> update("DELETE FROM TREE WHERE ID > 100"))
                .isInstanceOf(SQLIntegrityConstraintViolationException.class);
        assertThatThrownBy(() -> update("UPDATE TREE SET PARENT = 0"))
                .isInstanceOf(SQLIntegrityConstraintViolationException.class);
        assertThat(cluster.primary().number("SELECT COUNT(*) FROM TREE WHERE PARENT = ID + 1"))
                .isEqualTo(ROWS - 1);
        assertThat(update("DELETE FROM TREE")).isEqualTo(ROWS);
        HazardLab.assertEqual(cluster);
    }

    @Test
    void shouldKeepTransactionAndItsSavepointsWhenStatementsChangeMoreThanH2Shows() throws SQLException {
        fill();
        connection.setAutoCommit(false);
        update("UPDATE T SET V = 'first' WHERE ID = 1");
        Savepoint savepoint = connection.setSavepoint();
        update("DELETE FROM T WHERE ID > 100");
        update("INSERT INTO BAG SELECT 'new' FROM SYSTEM_RANGE(1, " + ROWS + ")");
        connection.rollback(savepoint);
        update("UPDATE T SET V = 'last' WHERE ID > 1");
        update("DELETE FROM BAG WHERE V = 'v1'");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(cluster.primary().number("SELECT COUNT(*) FROM T WHERE V = 'last'"))
                .isEqualTo(ROWS - 1);
        HazardLab.assertEqual(cluster);
    }

    @Test
    void shouldRefuseOldTableWhenItGivesLessThanItDeletes() throws SQLException {
        fill();
        try (PreparedStatement delete = connection.prepareStatement("SELECT ID FROM OLD TABLE (DELETE FROM T)")) {
            assertThatThrownBy(delete::executeQuery)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("MAX_MEMORY_ROWS, " + SHOWN);
        }
        assertThat(cluster.primary().number("SELECT COUNT(*) FROM T")).isEqualTo(ROWS);
        HazardLab.assertEqual(cluster);
    }
}
