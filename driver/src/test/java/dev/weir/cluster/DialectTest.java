package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.SqlDialect;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectTest {
    @ParameterizedTest
    @CsvSource({
        "08006, CONNECTION_LOST",
        "57P01, CONNECTION_LOST",
        "57P02, CONNECTION_LOST",
        "57P03, NOT_READY",
        "53300, NOT_READY",
        "25006, READ_ONLY",
        "28P01, DENIED",
        "28000, DENIED",
        "40001, UNSERVED",
        "42P01, UNSERVED",
        "42703, UNSERVED",
        "42883, UNSERVED",
        "42501, UNSERVED",
        "22P02, UNSERVED",
        "0A000, UNSERVED",
        "42601, STATEMENT",
        "57014, STATEMENT",
    })
    void shouldTellWhatAPostgresErrorSaysAboutItsNode(String state, Failure expected) {
        assertThat(Dialect.of(SqlDialect.POSTGRESQL).failure(new SQLException("", state)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "90067, CONNECTION_LOST",
        "90098, CONNECTION_LOST",
        "90121, CONNECTION_LOST",
        "90028, CONNECTION_LOST",
        "90031, CONNECTION_LOST",
        "90135, NOT_READY",
        "90096, READ_ONLY",
        "90097, READ_ONLY",
        "28000, DENIED",
        "50200, STATEMENT",
        "42102, UNSERVED",
        "42122, UNSERVED",
        "90022, UNSERVED",
        "50004, UNSERVED",
        "50000, UNSERVED",
        "42000, STATEMENT",
    })
    void shouldTellWhatAnH2ErrorSaysAboutItsNode(int code, Failure expected) {
        assertThat(Dialect.of(SqlDialect.H2).failure(new SQLException("", Integer.toString(code), code)))
                .isEqualTo(expected);
    }

    @Test
    void shouldBoundTheCancelRequestsOfPostgresConnectionsUnlessToldHow() {
        Properties open = new Properties();
        Dialect.of(SqlDialect.POSTGRESQL).complete("jdbc:postgresql://db/shop", open, null);
        assertThat(open).containsOnly(Map.entry("cancelSignalTimeout", "2"));
        Properties told = new Properties();
        told.setProperty("cancelSignalTimeout", "30");
        Dialect.of(SqlDialect.POSTGRESQL).complete("jdbc:postgresql://db/shop", told, null);
        assertThat(told).containsOnly(Map.entry("cancelSignalTimeout", "30"));
    }

    @Test
    void shouldTakeTheEndOfAPageHeaderForThePageStart() {
        long page = 8192;
        long segment = 16L << 20;
        assertThat(PostgresDialect.endOfRecord(5 * page + 24, page, segment)).isEqualTo(5 * page);
        assertThat(PostgresDialect.endOfRecord(3 * segment + 40, page, segment)).isEqualTo(3 * segment);
        assertThat(PostgresDialect.endOfRecord(5 * page + 40, page, segment)).isEqualTo(5 * page + 40);
        assertThat(PostgresDialect.endOfRecord(3 * segment + 24, page, segment)).isEqualTo(3 * segment + 24);
        assertThat(PostgresDialect.endOfRecord(5 * page + 32, page, segment)).isEqualTo(5 * page + 32);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://a:5432/shop?x=y, a:5432",
        "jdbc:h2:tcp://b:9092/./shop;MODE=MySQL, b:9092",
        "jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1, h2:mem:shop",
        "jdbc:postgresql:shop, postgresql:shop",
    })
    void shouldNameANodeByItsAddress(String url, String name) {
        assertThat(Dialect.host(url)).isEqualTo(name);
    }
}
