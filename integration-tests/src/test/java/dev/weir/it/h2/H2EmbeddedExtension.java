package dev.weir.it.h2;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test an empty {@link H2EmbeddedCluster} of its own as a parameter, closed after the test: two replicas in memory,
 * unless {@link OnFiles} says otherwise.
 */
public final class H2EmbeddedExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(H2EmbeddedExtension.class);
    private static final int REPLICAS = 2;

    /** Asks for stores in files of a temporary directory. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.PARAMETER)
    public @interface OnFiles {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == H2EmbeddedCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        boolean onFiles = parameter.isAnnotated(OnFiles.class);
        return context.getStore(NAMESPACE)
                .computeIfAbsent(H2EmbeddedCluster.class, key -> start(onFiles), H2EmbeddedCluster.class);
    }

    private static H2EmbeddedCluster start(boolean onFiles) {
        try {
            return onFiles ? H2EmbeddedCluster.onFiles(REPLICAS) : H2EmbeddedCluster.inMemory(REPLICAS);
        } catch (SQLException | IOException failure) {
            throw new IllegalStateException("The embedded H2 cluster does not start: " + failure.getMessage(), failure);
        }
    }
}
