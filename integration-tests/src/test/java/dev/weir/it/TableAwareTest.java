package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On standbys whose replay is paused, a read of a table which the session has not written since runs there all the same. */
@ExtendWith(PostgresExtension.class)
final class TableAwareTest {
    private static final String UNTOUCHED = "the replica has every write to what it reads";
    private static final String BEHIND = "no replica is proven to have all that the session has seen";

    private final PostgresCluster cluster;

    TableAwareTest(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void createTables() throws SQLException {
        try (Connection connection = connect("")) {
            run(connection, "CREATE TABLE item (id int PRIMARY KEY, name text)");
            run(connection, "CREATE TABLE event (id int GENERATED ALWAYS AS IDENTITY, item int)");
            run(connection, "CREATE TABLE place (item int REFERENCES item)");
            run(connection, "CREATE VIEW busy AS SELECT i.name FROM item i JOIN event e ON e.item = i.id");
            run(
                    connection,
                    "CREATE FUNCTION events() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM event'");
            run(connection, "CREATE TABLE audited (id int)");
            run(
                    connection,
                    "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS"
                            + " 'BEGIN INSERT INTO event(item) VALUES (NULL); RETURN NEW; END'");
            run(connection, "CREATE TRIGGER copying AFTER INSERT ON audited FOR EACH ROW EXECUTE FUNCTION copy()");
            run(connection, "CREATE TABLE ruled (id int)");
            run(connection, "CREATE RULE also AS ON INSERT TO ruled DO ALSO INSERT INTO event(item) VALUES (NULL)");
            run(connection, "CREATE TABLE parted (id int) PARTITION BY RANGE (id)");
            run(connection, "CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (100)");
            run(
                    connection,
                    "CREATE FUNCTION drawn() RETURNS int LANGUAGE plpgsql AS"
                            + " 'BEGIN INSERT INTO event(item) VALUES (NULL); RETURN 1; END'");
            run(connection, "CREATE TABLE defaulted (id int DEFAULT drawn(), name text)");
            run(connection, "INSERT INTO item VALUES (1, 'one')");
        }
        cluster.awaitCaughtUp();
    }

    private Connection connect(String more) throws SQLException {
        return DriverManager.getConnection(cluster.weirUrl() + "&weir.sessionScope=connection" + more);
    }

    /** A connection that knows the newest schema and has seen nothing. */
    private Connection fresh(String more) throws SQLException {
        Connection connection = connect(more);
        Awaitility.await()
                .until(
                        () -> route(connection, "SELECT * FROM item"),
                        is -> !is.startsWith("the schema may have changed"));
        cluster.standby1().pauseReplay();
        cluster.standby2().pauseReplay();
        return connection;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String route(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            row.next();
            return row.getString("reason");
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void shouldReadOtherTablesOnAStandbyThatLacksAnInsert() throws SQLException {
        try (Connection connection = fresh("")) {
            run(connection, "INSERT INTO event(item) VALUES (1)");
            long before = WeirNodes.replicaReads(connection);
            assertThat(number(connection, "SELECT count(*) FROM item")).isEqualTo(1);
            assertThat(WeirNodes.replicaReads(connection)).isEqualTo(before + 1);
            for (String sql :
                    new String[] {"SELECT count(*) FROM event", "SELECT count(*) FROM busy", "SELECT events()"}) {
                assertThat(route(connection, sql)).as(sql).startsWith(BEHIND);
            }
            assertThat(number(connection, "SELECT count(*) FROM busy")).isEqualTo(1);
            assertThat(route(connection, "SELECT * FROM item"))
                    .as("after a read of the primary, which may have shown what others have committed")
                    .startsWith(BEHIND);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE event SET item = NULL",
                "INSERT INTO audited VALUES (1)",
                "INSERT INTO ruled VALUES (1)",
                "INSERT INTO parted VALUES (1)",
                "INSERT INTO part VALUES (1)",
                "INSERT INTO defaulted(name) VALUES ('a')",
                "INSERT INTO event(item) SELECT id FROM item",
                "INSERT INTO event(item) VALUES (1); DELETE FROM event"
            })
    void shouldCountForEveryTableWhatMayTouchOrSeeMore(String write) throws SQLException {
        try (Connection connection = fresh("")) {
            run(connection, write);
            assertThat(route(connection, "SELECT * FROM item"))
                    .doesNotStartWith(UNTOUCHED)
                    .satisfiesAnyOf(
                            reason -> assertThat(reason).startsWith(BEHIND),
                            reason -> assertThat(reason).startsWith("the schema may have changed"));
        }
    }

    @Test
    void shouldReadOnThePrimaryTheRowThatAForeignKeyHasFound() throws SQLException {
        try (Connection other = connect("");
                Connection connection = fresh("")) {
            run(other, "INSERT INTO item VALUES (2, 'two')");
            run(connection, "INSERT INTO place VALUES (2)");
            assertThat(number(connection, "SELECT count(*) FROM item WHERE id = 2"))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldHeedInsertsInTransactionsAndBatches() throws SQLException {
        try (Connection connection = fresh("")) {
            connection.setAutoCommit(false);
            run(connection, "INSERT INTO event(item) VALUES (1)");
            run(connection, "SAVEPOINT s");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(route(connection, "SELECT * FROM item")).startsWith(UNTOUCHED);
            assertThat(route(connection, "SELECT * FROM event")).startsWith(BEHIND);
            try (Statement batch = connection.createStatement()) {
                batch.addBatch("INSERT INTO event(item) VALUES (1)");
                batch.addBatch("INSERT INTO event(item) VALUES (1)");
                batch.executeBatch();
            }
            assertThat(route(connection, "SELECT * FROM item")).startsWith(UNTOUCHED);
            connection.setAutoCommit(false);
            run(connection, "INSERT INTO event(item) VALUES (1)");
            number(connection, "SELECT count(*) FROM parted");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(route(connection, "SELECT * FROM item"))
                    .as("after a transaction that has read on the primary")
                    .startsWith(BEHIND);
        }
    }

    @Test
    void shouldWaitForEveryWriteIfToldTo() throws SQLException {
        try (Connection connection = fresh("&weir.tableAware=false")) {
            run(connection, "INSERT INTO event(item) VALUES (1)");
            assertThat(route(connection, "SELECT * FROM item")).startsWith(BEHIND);
        }
    }

    @Test
    void shouldTellByTheLogOnEmbeddedH2() throws Exception {
        try (H2EmbeddedCluster h2 = H2EmbeddedCluster.inMemory(1);
                Connection connection = h2.connect();
                Connection replica = h2.replicas().get(0).open()) {
            run(connection, "CREATE TABLE PARENT(ID INT PRIMARY KEY)");
            run(connection, "CREATE TABLE CHILD(ID INT PRIMARY KEY, P INT REFERENCES PARENT ON DELETE CASCADE)");
            run(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
            run(connection, "CREATE VIEW FAMILY AS SELECT P.ID FROM PARENT P JOIN CHILD C ON C.P = P.ID");
            run(connection, "INSERT INTO PARENT VALUES (1), (2)");
            run(connection, "INSERT INTO CHILD VALUES (1, 1)");
            run(connection, "INSERT INTO ITEM VALUES (1)");
            Awaitility.await()
                    .until(
                            () -> route(connection, "SELECT * FROM CHILD"),
                            reason -> reason.startsWith("the replica has applied"));
            // Holds the replica back: its applier waits for the row that is locked here.
            replica.setAutoCommit(false);
            number(replica, "SELECT ID FROM PARENT WHERE ID = 1 FOR UPDATE");
            run(connection, "DELETE FROM PARENT WHERE ID = 1");
            assertThat(route(connection, "SELECT * FROM ITEM")).startsWith(UNTOUCHED);
            assertThat(route(connection, "SELECT * FROM CHILD")).as("a cascade").startsWith(BEHIND);
            assertThat(route(connection, "SELECT * FROM FAMILY")).as("a view").startsWith(BEHIND);
            assertThat(number(connection, "SELECT COUNT(*) FROM CHILD")).isZero();
            assertThat(route(connection, "SELECT * FROM ITEM"))
                    .as("a read of the primary shows nothing that the log does not tell")
                    .startsWith(UNTOUCHED);
            replica.rollback();
        }
    }
}
