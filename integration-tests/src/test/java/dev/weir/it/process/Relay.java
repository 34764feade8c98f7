package dev.weir.it.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A network between a client and one server of the loopback interface, with its fault switches: it can swallow everything, cut every
 * connection, or deliver a request and lose its answer. Thread-safe.
 */
public final class Relay implements AutoCloseable {
    private final ServerSocket entrance;
    private final int server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CountDownLatch hole;
    private volatile byte @Nullable [] lost;
    private volatile byte @Nullable [] refused;

    public Relay(int server) {
        this.server = server;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException("No port for a relay", failure);
        }
        daemon(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** From now on nothing passes in either direction, on old connections and on new ones, which are still accepted. */
    public void swallow() {
        hole = new CountDownLatch(1);
    }

    /** Lets pass what was held back, and everything after. */
    public void pass() {
        CountDownLatch now = hole;
        hole = null;
        if (now != null) {
            now.countDown();
        }
    }

    /** Breaks every connection. */
    public void cut() {
        for (Socket socket : open) {
            close(socket);
        }
    }

    /** The next request that contains this text reaches the server, but its connection breaks before the answer comes through. */
    public void loseAnswerTo(String text) {
        lost = text.getBytes(StandardCharsets.UTF_8);
    }

    /** From now on a request that contains this text breaks its connection; null for none. */
    public void breakOn(@Nullable String text) {
        refused = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the request whose answer was to be lost has been seen. */
    public boolean hasLost() {
        return lost == null;
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                open.add(client);
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(behind);
                Pair pair = new Pair(client, behind);
                daemon(() -> pump(pair, client, behind, true));
                daemon(() -> pump(pair, behind, client, false));
            } catch (IOException refused) {
                cutIfClosed();
            }
        }
    }

    private void cutIfClosed() {
        if (entrance.isClosed()) {
            cut();
        }
    }

    /** The two sides of one connection, and whether answers on it are being lost. */
    private static final class Pair {
        private final Socket client;
        private final Socket behind;
        private volatile boolean deaf;

        Pair(Socket client, Socket behind) {
            this.client = client;
            this.behind = behind;
        }
    }

    private void pump(Pair pair, Socket from, Socket to, boolean requests) {
        byte[] buffer = new byte[16_384];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                CountDownLatch closed = hole;
                if (closed != null) {
                    closed.await();
                }
                byte[] breaking = refused;
                if (requests && breaking != null && contains(buffer, read, breaking)) {
                    break;
                }
                byte[] text = lost;
                if (requests && text != null && contains(buffer, read, text)) {
                    lost = null;
                    pair.deaf = true;
                }
                if (!requests && pair.deaf) {
                    // The server has answered, so it has done what it was asked.
                    break;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException broken) {
            // What one side breaks is broken for the other, below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(pair.client);
            close(pair.behind);
        }
    }

    private static boolean contains(byte[] bytes, int length, byte[] text) {
        for (int i = 0; i + text.length <= length; i++) {
            int same = 0;
            while (same < text.length && bytes[i + same] == text[same]) {
                same++;
            }
            if (same == text.length) {
                return true;
            }
        }
        return false;
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        pass();
        cut();
    }
}
