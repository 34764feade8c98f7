package dev.weir.replicator.source;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.h2.api.ErrorCode;
import org.h2.engine.SessionRemote;
import org.h2.jdbc.JdbcConnection;
import org.h2.value.Transfer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets beneath a session of H2's TCP client, which itself cannot be broken off and heeds its setting NETWORK_TIMEOUT on plain sockets only. A session within this JVM
 * has none. Thread-safe.
 */
final class RemoteSocket {
    static final String TIMEOUT_SETTING = "NETWORK_TIMEOUT";

    private static final Logger LOG = LoggerFactory.getLogger(RemoteSocket.class);

    private RemoteSocket() {}

    static boolean isRemote(Connection connection) {
        return connection instanceof JdbcConnection h2 && h2.getSession() instanceof SessionRemote;
    }

    /** Has whoever waits longer for an answer fail with 90067; zero for no limit. */
    static void limit(Connection connection, Duration silence) {
        for (Socket socket : of(connection)) {
            try {
                socket.setSoTimeout((int) silence.toMillis());
            } catch (IOException e) {
                LOG.debug("event=timeout_not_set reason=\"{}\"", e.getMessage());
            }
        }
    }

    /** Has whoever waits for an answer fail at once with 90067. */
    static void cut(Connection connection) {
        for (Socket socket : of(connection)) {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("event=close_failed reason=\"{}\"", e.getMessage());
            }
        }
    }

    /** Whether a failure is that of a connection, not an answer of the server. */
    static boolean isBroken(SQLException failure) {
        return failure.getErrorCode() == ErrorCode.CONNECTION_BROKEN_1;
    }

    private static List<Socket> of(Connection connection) {
        List<Socket> sockets = new ArrayList<>();
        if (connection instanceof JdbcConnection h2 && h2.getSession() instanceof SessionRemote session) {
            try {
                Field transfers = SessionRemote.class.getDeclaredField("transferList");
                transfers.setAccessible(true);
                if (transfers.get(session) instanceof List<?> open) {
                    for (Object transfer : open.toArray()) {
                        sockets.add(((Transfer) transfer).getSocket());
                    }
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.warn(
                        "event=socket_unknown reason=\"{}\" effect=\"a statement on a server that has fallen silent waits until the operating system gives up\"",
                        e.toString());
            }
        }
        return sockets;
    }
}
