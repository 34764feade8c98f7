package dev.weir.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket beneath a connection of H2's TCP client, which itself has no way to break off: its {@code abort} and
 * {@code setNetworkTimeout} do nothing and its {@code close} waits for the server. H2's own classes are not named, since another
 * class loader may have loaded them. Thread-safe.
 */
final class H2Socket {
    private static final Logger LOG = LoggerFactory.getLogger(H2Socket.class);
    private static final String CONNECTION = "org.h2.jdbc.JdbcConnection";
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private H2Socket() {}

    /** Closes the socket, so that whoever waits for its answer fails at once. Does nothing to a connection within this JVM. */
    static void close(Connection connection) throws SQLException {
        try {
            Class<?> type =
                    Class.forName(CONNECTION, false, connection.getClass().getClassLoader());
            Object session = type.getMethod("getSession").invoke(connection.unwrap(type));
            if (session == null || !session.getClass().getSimpleName().equals("SessionRemote")) {
                return;
            }
            Field transfers = session.getClass().getDeclaredField("transferList");
            transfers.setAccessible(true);
            if (transfers.get(session) instanceof List<?> open) {
                for (Object transfer : open.toArray()) {
                    ((Closeable) transfer.getClass().getMethod("getSocket").invoke(transfer)).close();
                }
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            if (TOLD.compareAndSet(false, true)) {
                LOG.warn(
                        "The socket of an H2 connection cannot be reached, so that a statement on a frozen H2 server waits until"
                                + " the operating system gives up; this version of H2 may be one that Weir does not know",
                        e);
            }
        } catch (IOException e) {
            LOG.debug("The socket of an H2 connection did not close cleanly", e);
        }
    }
}
