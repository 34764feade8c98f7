package dev.weir.it.h2;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test an empty {@link H2TcpCluster} of its own with two replicas as a parameter, ended after the test. */
public final class H2TcpExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(H2TcpExtension.class);
    private static final int REPLICAS = 2;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == H2TcpCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE).computeIfAbsent(H2TcpCluster.class, key -> start(), H2TcpCluster.class);
    }

    private static H2TcpCluster start() {
        try {
            return H2TcpCluster.start(REPLICAS, "");
        } catch (SQLException | IOException failure) {
            throw new IllegalStateException("The H2 cluster over TCP does not start: " + failure.getMessage(), failure);
        }
    }
}
