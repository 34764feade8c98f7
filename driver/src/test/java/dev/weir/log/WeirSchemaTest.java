package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WeirSchemaTest {
    private static final String APPEND = "SELECT LSN FROM FINAL TABLE(UPDATE WEIR.HEAD SET LSN = LSN + 1,"
            + " DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), ?1) WHERE ID = 1);"
            + " INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY)"
            + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, CURRENT_TIMESTAMP, 'DATA', ?2, DIGEST, ?3 FROM WEIR.HEAD WHERE ID = 1";

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection admin;

    @BeforeEach
    void open() throws SQLException {
        admin = DriverManager.getConnection(url, "SA", "");
    }

    @AfterEach
    void close() throws SQLException {
        admin.close();
    }

    @Test
    void shouldLetPlainUserWriteLogWhenPrimary() throws SQLException {
        createPrimaryAndUser();
        try (Connection user = DriverManager.getConnection(url, "APP", "")) {
            append(user, EntryState.DONE, new byte[] {1, 2, 3});
            append(user, EntryState.DONE, new byte[] {4});
            List<LogTransaction> entries = LogReader.read(admin, Lsn.ZERO, 10);
            assertThat(entries).extracting(e -> e.lsn().value()).containsExactly(1L, 2L);
            assertThat(entries).extracting(LogTransaction::origin).containsOnly("p1");
            long chain = 0;
            for (LogTransaction entry : entries) {
                chain = Digest.next(chain, entry.hash());
                assertThat(entry.chain()).isEqualTo(chain);
            }
            assertThat(LogReader.read(admin, new Lsn(1), 10)).hasSize(1);
            assertThatThrownBy(() -> LogReader.read(user, Lsn.ZERO, 10))
                    .as("the log holds rows of tables that the user may not read")
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> execute(user, "UPDATE WEIR.NODE SET ROLE = 'replica'"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> execute(user, "DELETE FROM WEIR.LOG")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void shouldForbidPlainUserToWriteLogWhenReplica() throws SQLException {
        createPrimaryAndUser();
        WeirSchema.grantReplica(admin);
        try (Connection user = DriverManager.getConnection(url, "APP", "")) {
            assertThatThrownBy(() -> append(user, EntryState.DONE, new byte[0])).isInstanceOf(SQLException.class);
            assertThat(WeirSchema.isNode(user)).isTrue();
        }
    }

    @Test
    void shouldStopReadingWhenEntryIsPending() throws SQLException {
        createPrimaryAndUser();
        append(admin, EntryState.DONE, new byte[] {1});
        append(admin, EntryState.PENDING, new byte[] {2});
        append(admin, EntryState.DONE, new byte[] {3});
        assertThat(LogReader.read(admin, Lsn.ZERO, 10)).hasSize(1);
        execute(admin, "UPDATE WEIR.LOG SET STATE = 'CANCELLED' WHERE LSN = 2");
        assertThat(LogReader.read(admin, Lsn.ZERO, 10))
                .extracting(LogTransaction::state)
                .containsExactly(EntryState.DONE, EntryState.CANCELLED, EntryState.DONE);
    }

    @Test
    void shouldNotBeNodeWhenTablesAreMissingOrEmpty() throws SQLException {
        assertThat(WeirSchema.isNode(admin)).isFalse();
        WeirSchema.createTables(admin);
        assertThat(WeirSchema.isNode(admin)).isFalse();
        WeirSchema.createPrimary(admin, UUID.randomUUID(), "p1");
        assertThat(WeirSchema.isNode(admin)).isTrue();
    }

    @Test
    void shouldRenewIncarnationWhenOpenedAnew() throws SQLException {
        createPrimaryAndUser();
        append(admin, EntryState.DONE, new byte[] {1});
        UUID second = WeirSchema.newIncarnation(admin);
        append(admin, EntryState.DONE, new byte[] {1});
        List<LogTransaction> entries = LogReader.read(admin, Lsn.ZERO, 10);
        assertThat(entries.get(0).incarnation()).isNotEqualTo(second);
        assertThat(entries.get(1).incarnation()).isEqualTo(second);
        assertThat(count("SELECT AFTER_LSN FROM WEIR.INCARNATION WHERE INCARNATION = '" + second + "'"))
                .isEqualTo(1);
    }

    @Test
    void shouldCreateTablesWhenStoreFoldsNamesOtherwise() throws SQLException {
        for (String setting :
                List.of("DATABASE_TO_LOWER=TRUE", "DATABASE_TO_UPPER=FALSE", "MODE=MySQL", "MODE=Oracle")) {
            try (Connection other = DriverManager.getConnection("jdbc:h2:mem:;" + setting)) {
                WeirSchema.createPrimary(other, UUID.randomUUID(), "p1");
                append(other, EntryState.DONE, new byte[] {1});
                assertThat(WeirSchema.isNode(other)).isTrue();
                assertThat(LogReader.read(other, Lsn.ZERO, 10)).hasSize(1);
            }
        }
    }

    private void createPrimaryAndUser() throws SQLException {
        WeirSchema.createPrimary(admin, UUID.randomUUID(), "p1");
        execute(admin, "CREATE USER APP PASSWORD ''");
    }

    private static void append(Connection connection, EntryState state, byte[] body) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(APPEND)) {
            statement.setLong(1, Digest.of(EntryKind.DATA, body));
            statement.setString(2, state.name());
            statement.setBytes(3, body);
            statement.executeQuery().close();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String sql) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
