package dev.weir.it.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that can be cut before or after any round trip to its server, as when the client's machine loses its network: the server undoes what was not committed, the client learns nothing
 * but that the connection is gone. Confined to one thread.
 */
final class CutConnection {
    private static final int NEVER = -1;
    private static final Set<String> TRIPS = Set.of(
            "commit",
            "rollback",
            "setAutoCommit",
            "setSavepoint",
            "releaseSavepoint",
            "prepareStatement",
            "prepareCall");
    private static final Set<String> LOCAL = Set.of("close", "isClosed", "toString", "hashCode", "equals");

    private final Connection server;
    private final Connection client;
    private int left = NEVER;
    private boolean after;
    private boolean cut;
    private Runnable end = this::cutNow;

    CutConnection(Connection server) {
        this.server = server;
        this.client = proxy(Connection.class, server);
    }

    /** What the client holds. */
    Connection client() {
        return client;
    }

    /**
     * Cuts the connection at a trip to come.
     *
     * @param trip which one, from 1
     * @param answered whether the server still does what it is asked on that trip
     */
    void cutAt(int trip, boolean answered) {
        left = trip;
        after = answered;
    }

    /** Has something else happen where the connection was to be cut, such as a crash of its server. */
    void endBy(Runnable ending) {
        end = ending;
    }

    void cutNow() {
        if (!cut) {
            cut = true;
            try {
                server.close();
            } catch (SQLException gone) {
                // The server is gone as well, and with it the session.
                cut = true;
            }
        }
    }

    /** Cuts the connection to a server that is gone: a session that undoes its transaction over a store that has failed may spin for ever in H2. */
    void lose() {
        cut = true;
    }

    boolean isCut() {
        return cut;
    }

    private <T> T proxy(Class<T> type, Object real) {
        InvocationHandler handler = (proxy, method, arguments) -> invoke(real, method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private @Nullable Object invoke(Object real, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (cut && !LOCAL.contains(method.getName())) {
            throw lost();
        }
        boolean trip = method.getName().startsWith("execute") || TRIPS.contains(method.getName());
        if (trip && left > 0) {
            left--;
        }
        boolean last = trip && left == 0;
        if (last && !after) {
            end.run();
            throw lost();
        }
        @Nullable Object result;
        try {
            result = method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            if (last) {
                end.run();
            }
        }
        if (last) {
            throw lost();
        }
        if (result instanceof CallableStatement statement) {
            return proxy(CallableStatement.class, statement);
        }
        if (result instanceof PreparedStatement statement) {
            return proxy(PreparedStatement.class, statement);
        }
        if (result instanceof Statement statement) {
            return proxy(Statement.class, statement);
        }
        return result;
    }

    private static SQLException lost() {
        return new SQLNonTransientConnectionException("Connection is broken: \"simulated cut\"", "90067", 90_067);
    }
}
