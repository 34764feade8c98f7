package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.routing.RoutingSettings;
import dev.weir.routing.SessionScope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A read that is repeated takes the route of the one before, as nothing but its own first probes tells the cluster anything: whatever may not be
 * read there any more must end that at once.
 */
class StandingReadTest {
    private static final String WHO = "SELECT NAME FROM WHO";

    private MemoryCluster cluster;
    private RoutedDatabase database;
    private RoutedConnection connection;
    private PreparedStatement read;

    @BeforeEach
    void stand() throws SQLException {
        cluster = new MemoryCluster(1, Duration.ofHours(1));
        database = cluster.database(RoutingSettings.DEFAULT.withSessionScope(SessionScope.APPLICATION));
        connection = (RoutedConnection) cluster.connect(database);
        read = connection.prepareStatement(WHO);
        for (int i = 0; i < 5; i++) {
            assertThat(who()).isEqualTo("r1");
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        cluster.close();
    }

    private String who() throws SQLException {
        try (ResultSet rows = read.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private String whoPreparedAnew() throws SQLException {
        try (PreparedStatement anew = connection.prepareStatement(WHO);
                ResultSet rows = anew.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private String whoByText() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return RoutedStatementTest.who(statement);
        }
    }

    /** Something that happens between two executions of a read. */
    private record Event(String name, Happening happening) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Happening {
        void on(StandingReadTest test) throws SQLException;
    }

    static Stream<Event> endings() {
        return Stream.of(
                new Event("a replica refuses the text", test -> test.database.learnRefusal(WHO)),
                new Event("the table is the primary's alone", test -> test.database.learnPrimaryTable("WHO")),
                new Event(
                        "the schema has changed",
                        test -> test.database.catalog().changed(7, false)),
                new Event("the application has written", StandingReadTest::writeElsewhere),
                new Event("a transaction begins", test -> test.connection.setAutoCommit(false)),
                new Event("the level is strong", test -> test.connection.setClientInfo("weir.consistency", "strong")),
                new Event(
                        "the session holds a lock",
                        test -> test.execute("CREATE LOCAL TEMPORARY TABLE MINE(N INT) NOT PERSISTENT")));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void shouldTakeAnotherRouteAsSoonAs(Event event) throws SQLException {
        event.happening.on(this);
        assertThat(who()).isEqualTo(PRIMARY);
    }

    @ParameterizedTest
    @MethodSource("endings")
    void shouldGiveANewStatementAnotherRouteAsSoonAs(Event event) throws SQLException {
        assertThat(whoPreparedAnew()).isEqualTo("r1");
        event.happening.on(this);
        assertThat(whoPreparedAnew()).isEqualTo(PRIMARY);
    }

    @ParameterizedTest
    @MethodSource("endings")
    void shouldGiveATextAnotherRouteAsSoonAs(Event event) throws SQLException {
        assertThat(whoByText()).isEqualTo("r1");
        event.happening.on(this);
        assertThat(whoByText()).isEqualTo(PRIMARY);
    }

    /** Whether a read that follows is sent there depends on whether the probe that the failure asks for has answered. */
    @Test
    void shouldNotRestOnWhatWasBeforeItsReplicaFailedSomebodyElse() throws SQLException {
        long before = database.routing().cluster().changes().newest();
        cluster.fail("r1");
        assertThat(database.routing().cluster().changes().newest()).isGreaterThan(before);
        assertThat(who()).isIn(PRIMARY, "r1");
    }

    @Test
    void shouldSendAnUpdatableReadElsewhere() throws SQLException {
        try (Statement updatable =
                connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
            assertThat(RoutedStatementTest.who(updatable)).isEqualTo(PRIMARY);
        }
    }

    private void writeElsewhere() throws SQLException {
        try (Connection other = cluster.connect(database);
                Statement statement = other.createStatement()) {
            cluster.leaveReplicasBehind();
            statement.executeUpdate("UPDATE ITEM SET NAME = 'other' WHERE ID = 1");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void shouldGoOnWithASettingThatItsNodeLacks() throws SQLException {
        connection.setSchema("INFORMATION_SCHEMA");
        try (PreparedStatement other = connection.prepareStatement("SELECT COUNT(*) FROM USERS");
                ResultSet rows = other.executeQuery()) {
            assertThat(rows.next()).isTrue();
        }
        connection.setSchema("PUBLIC");
        assertThat(who()).isEqualTo("r1");
    }

    @Test
    void shouldBeCountedWhereItRan() throws SQLException {
        long before = cluster.node("r1").reads();
        for (int i = 0; i < 100; i++) {
            who();
        }
        assertThat(cluster.node("r1").reads()).isEqualTo(before + 100);
        connection.close();
        long byReason = cluster.node("r1").reasons().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(byReason).isEqualTo(before + 100);
    }

    @Test
    void shouldCloseWhatItHasGivenWhenItIsExecutedElsewhere() throws SQLException {
        ResultSet open = read.executeQuery();
        assertThat(open.next()).isTrue();
        database.learnRefusal(WHO);
        assertThat(who()).isEqualTo(PRIMARY);
        assertThat(open.isClosed()).isTrue();
    }

    @Test
    void shouldCloseOnCompletionOfItsNewestResult() throws SQLException {
        ResultSet first = read.executeQuery();
        read.closeOnCompletion();
        ResultSet second = read.executeQuery();
        first.close();
        assertThat(read.isClosed()).as("a result that another has replaced").isFalse();
        second.close();
        assertThat(read.isClosed()).isTrue();
    }

    @Test
    void shouldGiveTheSameResultAsOftenAsItIsAskedFor() throws SQLException {
        assertThat(read.execute()).isTrue();
        ResultSet given = read.getResultSet();
        assertThat(read.getResultSet()).isSameAs(given);
        assertThat(read.execute()).isTrue();
        assertThat(read.getResultSet()).isNotSameAs(given);
        assertThat(given.isClosed()).isTrue();
    }
}
