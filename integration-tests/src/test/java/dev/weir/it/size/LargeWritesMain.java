package dev.weir.it.size;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/**
 * A JVM with a small heap that makes large writes to a cluster of stores in files, which it holds itself or which are served over TCP by JVMs with as small a heap. Arguments: rows, bytes of each LOB, and
 * {@code embedded} or {@code tcp}. Prints the time of each step, and {@code equal} at the end.
 */
public final class LargeWritesMain {
    private static final Duration PATIENCE = Duration.ofHours(1);

    private LargeWritesMain() {}

    /** A step of the run. */
    private interface Step {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        LargeWrites writes = new LargeWrites(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]));
        H2Cluster cluster = switch (arguments[2]) {
            case "embedded" -> H2EmbeddedCluster.onFiles(1);
            case "tcp" -> H2TcpCluster.start(1, "");
            default -> throw new IllegalArgumentException(arguments[2] + " is neither embedded nor tcp");
        };
        try (Connection connection = cluster.connect()) {
            writes.create(connection);
            step("LOBs", cluster, () -> writes.insertLobs(connection));
            step("insert", cluster, () -> writes.insert(connection));
            step("update", cluster, () -> writes.update(connection));
            step("delete", cluster, () -> writes.delete(connection));
        }
        cluster.close();
        System.out.println("equal");
    }

    private static void step(String name, H2Cluster cluster, Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        long written = System.nanoTime();
        Equality.awaitCaughtUp(cluster, PATIENCE);
        long applied = System.nanoTime();
        System.out.printf(
                "%s: written in %d ms, on the replica %d ms later, heap limit %d MB%n",
                name,
                (written - start) / 1_000_000,
                (applied - written) / 1_000_000,
                Runtime.getRuntime().maxMemory() / (1024 * 1024));
        try (Connection primary = cluster.primary().open();
                Connection replica = cluster.replicas().get(0).open()) {
            List<String> expected = LargeWrites.summary(primary);
            List<String> found = LargeWrites.summary(replica);
            if (!expected.equals(found)) {
                throw new IllegalStateException("Replica holds " + found + ", primary " + expected);
            }
        }
    }
}
