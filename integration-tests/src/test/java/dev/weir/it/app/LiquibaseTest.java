package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Level;
import java.util.logging.Logger;
import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;

/** Liquibase from an empty database to the newest change set, back to a tag, and forward again. */
final class LiquibaseTest {
    /** Held, since a logger that nobody holds forgets its level. */
    private static final Logger LOG = Logger.getLogger("liquibase");

    private static final String CHANGES = "dev/weir/it/app/changelog.xml";

    static {
        LOG.setLevel(Level.WARNING);
        System.setProperty("liquibase.analytics.enabled", "false");
    }

    private interface Change {
        void run(Liquibase liquibase) throws LiquibaseException;
    }

    private static void with(Deployment deployment, Change change) throws SQLException, LiquibaseException {
        try (Connection connection = deployment.connect()) {
            Database database =
                    DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
            try (Liquibase liquibase = new Liquibase(CHANGES, new ClassLoaderResourceAccessor(), database)) {
                change.run(liquibase);
            }
        }
    }

    @OnEveryCluster
    void shouldUpdateAnEmptyDatabaseRollBackAndUpdateAgain(Deployment deployment) throws Exception {
        with(deployment, liquibase -> liquibase.update(new Contexts()));
        with(
                deployment,
                liquibase -> assertThat(liquibase.listUnrunChangeSets(new Contexts(), null))
                        .isEmpty());
        String count = "SELECT COUNT(*) FROM employed WHERE company = 'Weir'";
        deployment.readUntilOffloaded(
                "employed", () -> assertThat(deployment.number(count)).isEqualTo(2));
        with(deployment, liquibase -> liquibase.rollback("tables", new Contexts()));
        assertThat(deployment.number("SELECT COUNT(*) FROM employee")).isZero();
        with(deployment, liquibase -> liquibase.update(new Contexts()));
        deployment.readUntilOffloaded(
                "employed", () -> assertThat(deployment.number(count)).isEqualTo(2));
    }
}
