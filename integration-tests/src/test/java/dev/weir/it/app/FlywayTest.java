package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.WeirDataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** Flyway from an empty database to the newest version, and on. */
final class FlywayTest {
    private static Flyway open(Deployment deployment, String... locations) {
        WeirDataSource source = new WeirDataSource(deployment.url());
        source.setUser(deployment.user());
        source.setPassword(deployment.password());
        return Flyway.configure().dataSource(source).locations(locations).load();
    }

    @OnEveryCluster
    void shouldMigrateFromAnEmptyDatabase(Deployment deployment) throws Exception {
        Flyway first = open(deployment, "classpath:dev/weir/it/app/migration/first");
        assertThat(first.migrate().migrationsExecuted).isEqualTo(4);
        assertThat(first.migrate().migrationsExecuted).isZero();
        Flyway second = open(
                deployment, "classpath:dev/weir/it/app/migration/first", "classpath:dev/weir/it/app/migration/second");
        assertThat(second.info().pending()).hasSize(1);
        assertThat(second.migrate().migrationsExecuted).isEqualTo(1);
        second.validate();
        assertThat(second.info().applied())
                .allSatisfy((MigrationInfo applied) ->
                        assertThat(applied.getState().isFailed()).isFalse());
        deployment.readUntilOffloaded(
                "titled",
                () -> assertThat(deployment.number("SELECT COUNT(*) FROM titled WHERE author = 'Orwell' AND pages > 0"))
                        .isEqualTo(2));
        Flyway broken = open(
                deployment,
                "classpath:dev/weir/it/app/migration/first",
                "classpath:dev/weir/it/app/migration/second",
                "classpath:dev/weir/it/app/migration/broken");
        assertThatThrownBy(broken::migrate).isInstanceOf(FlywayException.class).hasMessageContaining("no_such_table");
    }
}
