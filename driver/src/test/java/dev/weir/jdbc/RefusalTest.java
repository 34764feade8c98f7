package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RefusalTest {
    private static final Node NODE = new Node(0, "db1:5432", "jdbc:none:db1");

    /** What the targets say of a connection that has been lost, and what an application is told. */
    @ParameterizedTest
    @CsvSource({"90067, 08006", "90098, 08006", "08003, 08006", "08006, 08006", "57P01, 57P01", ", "})
    void shouldNameALostConnectionAsTheStandardDoes(String told, String expected) {
        SQLException cause = new SQLException("gone", told);
        SQLException named = Refusal.lost(NODE, cause);
        assertThat(named.getSQLState()).isEqualTo(expected);
        if (named != cause) {
            assertThat(named.getCause()).isSameAs(cause);
            assertThat(named.getMessage()).contains("db1:5432");
        }
    }
}
