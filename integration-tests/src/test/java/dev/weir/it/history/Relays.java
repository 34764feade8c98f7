package dev.weir.it.history;

import dev.weir.it.process.Relay;
import java.util.LinkedHashMap;
import java.util.Map;

/** A relay before each node of a cluster. Confined to one thread, but for the relays. */
final class Relays implements AutoCloseable {
    private final Map<Integer, Relay> byPort = new LinkedHashMap<>();
    private String url;

    /** Puts relays into a URL's host list. */
    Relays(String url, Iterable<Integer> ports) {
        this.url = url;
        for (int port : ports) {
            Relay relay = new Relay(port);
            byPort.put(port, relay);
            this.url = this.url.replace("127.0.0.1:" + port, "127.0.0.1:" + relay.port());
        }
    }

    String url() {
        return url;
    }

    Relay before(int port) {
        Relay relay = byPort.get(port);
        if (relay == null) {
            throw new IllegalArgumentException("No relay before port " + port + "; there are " + byPort.keySet());
        }
        return relay;
    }

    @Override
    public void close() {
        byPort.values().forEach(Relay::close);
    }
}
