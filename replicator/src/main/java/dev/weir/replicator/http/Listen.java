package dev.weir.replicator.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the dashboard listens. Immutable.
 *
 * @param host a name or address of this machine
 * @param port 0 for any free one
 */
public record Listen(String host, int port) {
    /**
     * Reads {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code PORT} alone, which means loopback.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public static Listen parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= 65_535 && !host.isEmpty()) {
                return new Listen(host, port);
            }
        } catch (NumberFormatException notANumber) {
            throw refusal(text, notANumber);
        }
        throw refusal(text, null);
    }

    private static IllegalArgumentException refusal(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "'" + text + "' is no address to listen on; write HOST:PORT, as in 127.0.0.1:9100", cause);
    }

    /** Whether only this machine can connect. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + host + "' is no address of this machine", e);
        }
    }
}
