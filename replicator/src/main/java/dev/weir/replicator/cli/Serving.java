package dev.weir.replicator.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where a store is served. Confined to one thread. */
final class Serving {
    private static final int MOST = 65_535;

    @Option(
            names = "--port",
            defaultValue = "9092",
            paramLabel = "N",
            description = "The TCP port, 0 for any free one (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "The address to listen on (default: ${DEFAULT-VALUE}). Any but a loopback address lets other"
                    + " machines connect, and then a password is required.")
    String bind = "";

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "The host name that others use for this node (default: the address of --bind).")
    @Nullable String advertise;

    /** Fixes the address for all of H2; call it before anything of H2 is used. */
    void claimAddress(String password) throws CommandFailure {
        if (port < 0 || port > MOST) {
            throw CommandFailure.ofUsage("--port is " + port + "; give 0 to " + MOST);
        }
        if (isOpenToOthers() && password.isEmpty()) {
            throw CommandFailure.ofUsage(
                    "Listening on " + bind
                            + " lets other machines connect; that needs a password (--password-file, WEIR_PASSWORD or --ask-password)");
        }
        System.setProperty("h2.bindAddress", bind);
    }

    boolean isOpenToOthers() throws CommandFailure {
        try {
            return !InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw CommandFailure.ofUsage("--bind " + bind + " is no address of this machine");
        }
    }

    /** The host in the URLs that others are given. */
    String host() {
        String host = advertise == null ? bind : advertise;
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
