package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AbandonedGateTest {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection admin;

    @BeforeEach
    void open() throws SQLException {
        admin = DriverManager.getConnection(url, "sa", "");
        WeirSchema.createPrimary(admin, UUID.randomUUID(), "p1");
    }

    @AfterEach
    void close() throws SQLException {
        admin.close();
    }

    private void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int gate() throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("SELECT GATE FROM WEIR.HEAD")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void shouldOpenGateWhenItsClientIsGone() throws SQLException {
        execute(admin, "UPDATE WEIR.HEAD SET GATE = 1");

        assertThat(PendingSchemaChange.openAbandonedGate(admin)).isTrue();

        assertThat(gate()).isZero();
        assertThat(PendingSchemaChange.openAbandonedGate(admin)).isFalse();
    }

    @Test
    void shouldLeaveGateClosedWhileASchemaChangeRuns() throws SQLException {
        execute(admin, "UPDATE WEIR.HEAD SET GATE = 1");
        try (Connection changing = DriverManager.getConnection(url, "sa", "")) {
            changing.setAutoCommit(false);
            execute(changing, "SELECT ID FROM WEIR.DDL_LOCK WHERE ID = 1 FOR UPDATE");

            assertThat(PendingSchemaChange.openAbandonedGate(admin)).isFalse();

            assertThat(gate()).isEqualTo(1);
        }
        assertThat(PendingSchemaChange.openAbandonedGate(admin)).isTrue();
    }
}
