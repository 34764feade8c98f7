package dev.weir.it.simulation;

import dev.weir.capture.CapturingConnection;
import dev.weir.it.mix.MixedTables;
import dev.weir.it.process.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The machines of a simulated cluster, each with a directory for a disk. Confined to one thread. */
final class SimulatedCluster implements AutoCloseable {
    private static final int REPLICAS = 2;

    private final Path directory;
    private final VirtualTime time = new VirtualTime();
    private final SimulatedPrimary primary;
    private final List<SimulatedReplica> replicas = new ArrayList<>();

    private SimulatedCluster(Path directory, SplittableRandom random) throws IOException {
        FaultyFilePath.register();
        this.directory = directory;
        Path own = Files.createDirectories(directory.resolve("primary"));
        this.primary = new SimulatedPrimary(new FaultyDisk(own, time, random.split()), own, time);
        for (int i = 1; i <= REPLICAS; i++) {
            String name = "replica-" + i;
            Path its = Files.createDirectories(directory.resolve(name));
            replicas.add(new SimulatedReplica(name, new FaultyDisk(its, time, random.split()), its, time, primary));
        }
    }

    /** A cluster in an empty directory, with tables and replicas, all closed in order, to be copied for each history. */
    static void prepare(Path directory) throws IOException, SQLException {
        SimulatedCluster cluster = new SimulatedCluster(directory, new SplittableRandom(0));
        try {
            cluster.primary.open();
            cluster.primary.shortenLockTimeout();
            try (CapturingConnection connection = cluster.primary.capture(cluster.primary.connect())) {
                MixedTables.create(connection);
            }
            cluster.primary.flush();
            for (SimulatedReplica replica : cluster.replicas) {
                for (int i = 0; i < 50 && replica.applied() < cluster.primary.head(); i++) {
                    cluster.time.pass(java.time.Duration.ofSeconds(6));
                    replica.work();
                }
                replica.stop();
            }
            cluster.primary.stop();
        } finally {
            cluster.primary.disk().close();
            cluster.replicas.forEach(replica -> replica.disk().close());
        }
    }

    /** A copy of a prepared cluster, its primary open. */
    static SimulatedCluster copyOf(Path prepared, Path directory, SplittableRandom random)
            throws IOException, SQLException {
        try (Stream<Path> files = Files.walk(prepared)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(prepared.relativize(file).toString()));
            }
        }
        SimulatedCluster cluster = new SimulatedCluster(directory, random);
        cluster.primary.open();
        return cluster;
    }

    VirtualTime time() {
        return time;
    }

    SimulatedPrimary primary() {
        return primary;
    }

    List<SimulatedReplica> replicas() {
        return replicas;
    }

    @Override
    public void close() throws IOException {
        replicas.forEach(SimulatedReplica::close);
        primary.close();
        Directories.remove(directory);
    }
}
