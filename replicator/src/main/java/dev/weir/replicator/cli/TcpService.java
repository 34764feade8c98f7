package dev.weir.replicator.cli;

import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;

/** H2's TCP server for one store and no other, on one port that it keeps when stopped and started again. Confined to one thread. */
final class TcpService implements AutoCloseable {
    private final Serving serving;
    private final String name;
    private final String database;
    private final int port;
    private volatile @Nullable Server server;

    /**
     * Chooses the port and makes sure that it is free, but does not listen yet.
     *
     * @param name the database name in URLs; the same on all nodes, since one URL names several hosts and one database
     */
    TcpService(Serving serving, String name, StoreUrl store) throws CommandFailure {
        this.serving = serving;
        this.name = name;
        this.database = store.location();
        this.port = freePort(serving);
    }

    /** The port, or any if that is 0, which nobody listens on now. */
    private static int freePort(Serving serving) throws CommandFailure {
        try (ServerSocket socket = new ServerSocket(serving.port, 1, InetAddress.getByName(serving.bind))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CommandFailure("Port " + serving.port + " of " + serving.bind
                    + " cannot be opened; end who has it, or give another --port or --bind: " + e.getMessage());
        }
    }

    /** The URL by which applications reach the store. */
    String url() {
        return "jdbc:h2:tcp://" + serving.host() + ":" + port + "/" + name;
    }

    boolean isRunning() {
        return server != null;
    }

    /**
     * Listens, unless it does already.
     *
     * @throws SQLException 90061 if the port is taken
     */
    void start() throws SQLException, CommandFailure {
        if (server == null) {
            List<String> options = new ArrayList<>(
                    List.of("-tcpPort", Integer.toString(port), "-ifExists", "-tcpDaemon", "-key", name, database));
            if (serving.isOpenToOthers()) {
                options.add("-tcpAllowOthers");
            }
            server = Server.createTcpServer(options.toArray(String[]::new)).start();
        }
    }

    /** Ends all connections and listens no more. */
    void stop() {
        if (server != null) {
            server.stop();
            server = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
