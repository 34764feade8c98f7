package dev.weir.it.h2;

import dev.weir.WeirDataSource;
import dev.weir.it.WeirNodes;
import dev.weir.it.process.Directories;
import dev.weir.replicator.EmbeddedProvider;
import dev.weir.replicator.LocalReplica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A whole H2 cluster in this JVM, made by Weir's embedded URL. Thread-safe but for {@link #close}. */
public final class H2EmbeddedCluster implements H2Cluster {
    public static final String USER = "sa";
    public static final String PASSWORD = "";

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final WeirDataSource source;
    private final String weirUrl;
    private final @Nullable Path directory;
    private final List<H2Store> stores;

    private H2EmbeddedCluster(String weirUrl, @Nullable Path directory) throws SQLException {
        this.weirUrl = weirUrl;
        this.directory = directory;
        this.source = new WeirDataSource();
        source.setUrl(weirUrl);
        source.setUser(USER);
        source.setPassword(PASSWORD);
        try (Connection connection = source.getConnection()) {
            this.stores = WeirNodes.of(connection).stream()
                    .map(node -> new H2Store(
                            node.name(), node.isPrimary() || node.name().equals("primary"), node.url(), USER, PASSWORD))
                    .toList();
        }
    }

    /** Starts a cluster whose stores live in memory. */
    public static H2EmbeddedCluster inMemory(int replicas) throws SQLException {
        return inMemory(replicas, "");
    }

    /**
     * Starts a cluster whose stores live in memory.
     *
     * @param settings more of the URL, each preceded by a semicolon
     */
    public static H2EmbeddedCluster inMemory(int replicas, String settings) throws SQLException {
        String name = "weir-it-" + NAMES.incrementAndGet();
        return new H2EmbeddedCluster("jdbc:weir:h2:mem:" + name + ";weir.replicas=" + replicas + settings, null);
    }

    /** Starts a cluster whose stores are files in a temporary directory, which goes with it. */
    public static H2EmbeddedCluster onFiles(int replicas) throws SQLException, IOException {
        return onFiles(replicas, "");
    }

    /**
     * Starts a cluster whose stores are files in a temporary directory, which goes with it.
     *
     * @param settings more of the URL, each preceded by a semicolon
     */
    public static H2EmbeddedCluster onFiles(int replicas, String settings) throws SQLException, IOException {
        Path directory = Files.createTempDirectory("weir-h2");
        return new H2EmbeddedCluster(
                "jdbc:weir:h2:" + directory.resolve("shop") + ";weir.replicas=" + replicas + settings, directory);
    }

    /** Closes the cluster and starts it again on the same files; this object serves no longer. */
    public H2EmbeddedCluster reopened() throws SQLException {
        source.close();
        return new H2EmbeddedCluster(weirUrl, directory);
    }

    /** The replicas that this JVM keeps. */
    public List<LocalReplica> localReplicas() throws SQLException {
        return EmbeddedProvider.running(primary().url()).orElseThrow().replicas();
    }

    /** The file of a store; the stores must be files. */
    public static Path fileOf(H2Store store) {
        return Path.of(store.url().replaceFirst("jdbc:h2:(file:)?", "").replaceFirst(";.*", "") + ".mv.db");
    }

    @Override
    public String weirUrl() {
        return weirUrl;
    }

    @Override
    public Connection connect() throws SQLException {
        return source.getConnection();
    }

    /** Weir's own data source, which the cluster closes. */
    public WeirDataSource dataSource() {
        return source;
    }

    @Override
    public H2Store primary() {
        return stores.get(0);
    }

    @Override
    public List<H2Store> replicas() {
        return stores.subList(1, stores.size());
    }

    @Override
    public void close() throws SQLException {
        source.close();
        if (directory != null) {
            try {
                Directories.remove(directory);
            } catch (IOException failure) {
                throw new UncheckedIOException("Cannot remove " + directory, failure);
            }
        }
    }
}
