package dev.weir.it;

import static dev.weir.it.PostgresSessionTest.count;
import static dev.weir.it.PostgresSessionTest.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.load.Load;
import dev.weir.it.load.LoadSettings;
import dev.weir.it.load.LoadTables;
import dev.weir.it.load.Tally;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Weir under an application's own HikariCP pool. */
@ExtendWith(PostgresExtension.class)
final class HikariOuterPoolTest {
    @Test
    void shouldKeepSessionPromiseAcrossPooledConnectionsOfEmbeddedH2() throws Exception {
        LoadSettings settings = new LoadSettings(11, 6, 2, 30, false, Duration.ofSeconds(60));
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(2)) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(cluster.dataSource());
            config.setMaximumPoolSize(16);
            try (HikariDataSource pool = new HikariDataSource(config)) {
                try (Connection connection = pool.getConnection()) {
                    LoadTables.create(connection, settings.writers());
                }
                try (Load load = Load.start(settings, pool::getConnection)) {
                    Tally tally = load.await();
                    assertThat(tally.unexpected()).isEmpty();
                    assertThat(tally.losses())
                            .as("lost connections, first %s", tally.firstLoss())
                            .isZero();
                    assertThat(tally.misses()).isEmpty();
                    assertThat(tally.conflicts()).isEmpty();
                }
                Equality.awaitCaughtUp(cluster, Duration.ofSeconds(20));
                assertThat(Equality.differences(cluster)).isEmpty();
            }
        }
    }

    @Test
    void shouldLeaveNothingOfOneBorrowerToTheNext(PostgresCluster cluster) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(cluster.weirUrl());
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Connection first = pool.getConnection()) {
                execute(first, "CREATE TABLE item (id int)");
                first.setReadOnly(true);
                first.setAutoCommit(false);
                count(first, "SELECT count(*) FROM item");
            }
            try (Connection second = pool.getConnection()) {
                assertThat(second.isReadOnly()).isFalse();
                assertThat(second.getAutoCommit()).isTrue();
                execute(second, "INSERT INTO item VALUES (1)");
                second.setAutoCommit(false);
                execute(second, "INSERT INTO item VALUES (2)");
            }
            try (Connection third = pool.getConnection()) {
                assertThat(count(third, "SELECT count(*) FROM item")).isEqualTo(1);
                assertThat(third.isValid(5)).isTrue();
            }
        }
    }
}
