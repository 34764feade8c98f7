package dev.weir.it.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** A relay to a server that counts how often a client has sent something after the server had answered. Thread-safe. */
final class TripCounter implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final AtomicLong trips = new AtomicLong();

    /** @param target the server's port on this machine */
    TripCounter(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "trip-counter");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The round trips of all connections so far. */
    long trips() {
        return trips.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                boolean[] asking = {false};
                start(() -> pump(client, server, asking, true));
                start(() -> pump(server, client, asking, false));
            }
        } catch (IOException closed) {
            return; // as the benchmark has ended
        }
    }

    private void pump(Socket from, Socket to, boolean[] asking, boolean asks) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (asking) {
                    if (asks && !asking[0]) {
                        trips.incrementAndGet();
                    }
                    asking[0] = asks;
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException closed) {
            return; // by one of the two sides
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
