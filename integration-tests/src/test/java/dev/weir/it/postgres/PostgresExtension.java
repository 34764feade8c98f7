package dev.weir.it.postgres;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link PostgresCluster} as a parameter. One cluster is started for all test classes of the JVM and ended with it;
 * after each test its faults are undone and its database is emptied, so that every test begins with a healthy, empty cluster.
 */
public final class PostgresExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(PostgresExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        cluster(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        PostgresCluster cluster = cluster(context);
        if (cluster.hasItsRoles()) {
            cluster.heal();
        } else {
            store(context).remove(PostgresCluster.class);
            cluster.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PostgresCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    /** The cluster of this JVM, started if need be. */
    public static PostgresCluster cluster(ExtensionContext context) {
        return store(context).computeIfAbsent(PostgresCluster.class, key -> started(), PostgresCluster.class);
    }

    private static PostgresCluster started() {
        try {
            return PostgresCluster.start();
        } catch (IOException | SQLException failure) {
            throw new IllegalStateException(
                    "The PostgreSQL test cluster does not start: " + failure.getMessage(), failure);
        }
    }

    private static Store store(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE);
    }
}
