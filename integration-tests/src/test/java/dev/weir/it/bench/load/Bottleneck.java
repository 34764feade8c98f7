package dev.weir.it.bench.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A network before one PostgreSQL server that makes it a machine of limited capacity: it passes at most so many statements at once, and each
 * takes at least so long. Only statements that name a table of the load are counted, so that {@code BEGIN}, settings and drivers' own
 * questions pass at once, however many there are. Whoever connects needs to know nothing of it. Thread-safe.
 */
final class Bottleneck implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;
    private static final int ENCRYPTION_REQUEST = 80877104;

    private final ServerSocket entrance;
    private final int server;
    private final Slots slots;
    private final AtomicLong passed = new AtomicLong();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param server the server's port on the loopback interface */
    Bottleneck(int server, Slots slots) {
        this.server = server;
        this.slots = slots;
        try {
            entrance = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException("No port for a bottleneck", failure);
        }
        daemon(this::accept);
    }

    String address() {
        return "127.0.0.1:" + entrance.getLocalPort();
    }

    /** How many statements of the load have passed. */
    long passed() {
        return passed.get();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                open.add(client);
                daemon(() -> serve(client));
            } catch (IOException closed) {
                if (!entrance.isClosed()) {
                    throw new UncheckedIOException(closed);
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), server)) {
            open.add(behind);
            client.setTcpNoDelay(true);
            behind.setTcpNoDelay(true);
            DataInputStream requests = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            DataInputStream answers = new DataInputStream(new BufferedInputStream(behind.getInputStream()));
            greet(requests, answers, client.getOutputStream(), behind.getOutputStream());
            Statements statements = new Statements(slots, passed);
            OutputStream back = client.getOutputStream();
            daemon(() -> answer(statements, answers, back, client, behind));
            try {
                request(statements, requests, behind.getOutputStream());
            } finally {
                statements.abandon();
                open.remove(client);
                open.remove(behind);
            }
        } catch (IOException ended) {
            // Either side has closed its connection, which closes the other.
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes the messages before the protocol's regular ones, which have no type. */
    private static void greet(DataInputStream requests, DataInputStream answers, OutputStream back, OutputStream out)
            throws IOException {
        int code;
        do {
            int length = requests.readInt();
            byte[] rest = requests.readNBytes(length - 4);
            code = ByteBuffer.wrap(rest).getInt();
            out.write(ByteBuffer.allocate(length).putInt(length).put(rest).array());
            if (code == SSL_REQUEST || code == ENCRYPTION_REQUEST) {
                back.write(answers.readByte());
            }
        } while (code == SSL_REQUEST || code == ENCRYPTION_REQUEST);
    }

    private static void request(Statements statements, DataInputStream requests, OutputStream out)
            throws IOException, InterruptedException {
        for (Message message = Message.read(requests); message != null; message = Message.read(requests)) {
            statements.sending(message);
            out.write(message.bytes());
        }
    }

    private static void answer(
            Statements statements, DataInputStream answers, OutputStream back, Socket client, Socket behind) {
        try (client;
                behind) {
            for (Message message = Message.read(answers); message != null; message = Message.read(answers)) {
                if (message.type() == 'Z') {
                    statements.answered();
                }
                back.write(message.bytes());
            }
        } catch (IOException ended) {
            // As above.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(null, work, "bottleneck", 128 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
