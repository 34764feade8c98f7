package dev.weir.it.h2;

import dev.weir.WeirDataSource;
import dev.weir.it.process.Directories;
import dev.weir.it.process.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** An H2 primary and its replicas, each served over TCP by a JVM of its own, as the replicator's commands run them. */
public final class H2TcpCluster implements H2Cluster {
    public static final String USER = "sa";
    public static final String PASSWORD = "tcp-secret";

    private static final String DATABASE = "shop";
    private static final String HOST = "127.0.0.1:";

    private final Path directory;
    private final List<H2TcpNode> nodes = new ArrayList<>();
    private final String weirUrl;
    private final WeirDataSource source;

    private H2TcpCluster(
            Path directory, int replicas, String settings, List<String> primaryOptions, List<Class<?>> ofApplication)
            throws IOException {
        this.directory = directory;
        for (Class<?> type : ofApplication) {
            copyClass(type);
        }
        int primary = Ports.free();
        StringBuilder hosts = new StringBuilder(HOST + primary);
        List<String> arguments = new ArrayList<>(
                List.of("primary", "--create", "--store", storePath("primary"), "--port", Integer.toString(primary)));
        arguments.addAll(primaryOptions);
        addNode("primary", primary, arguments.toArray(String[]::new));
        for (int i = 1; i <= replicas; i++) {
            String name = "replica-" + i;
            int port = Ports.free();
            hosts.append(',').append(HOST).append(port);
            addNode(
                    name,
                    port,
                    "replica",
                    "--name",
                    name,
                    "--primary",
                    nodes.get(0).store().url(),
                    "--store",
                    storePath(name),
                    "--port",
                    Integer.toString(port));
        }
        this.weirUrl = "jdbc:weir:h2:tcp://" + hosts + "/" + DATABASE + settings;
        this.source = new WeirDataSource();
        source.setUrl(weirUrl);
        source.setUser(USER);
        source.setPassword(PASSWORD);
    }

    /**
     * Starts every node; blocks until all serve.
     *
     * @param settings more of Weir's URL, each preceded by a semicolon
     * @param primaryOptions more of the primary's command line
     */
    public static H2TcpCluster start(int replicas, String settings, String... primaryOptions)
            throws IOException, SQLException {
        return start(new H2TcpCluster(
                Files.createTempDirectory("weir-h2-tcp"), replicas, settings, List.of(primaryOptions), List.of()));
    }

    /**
     * Starts every node; blocks until all serve.
     *
     * @param ofApplication a class, such as a trigger's, that the nodes are to have on their class path
     */
    public static H2TcpCluster startWith(int replicas, Class<?> ofApplication) throws IOException, SQLException {
        return start(new H2TcpCluster(
                Files.createTempDirectory("weir-h2-tcp"), replicas, "", List.of(), List.of(ofApplication)));
    }

    private static H2TcpCluster start(H2TcpCluster cluster) throws SQLException {
        try {
            cluster.nodes.get(0).start();
            cluster.nodes.forEach(H2TcpNode::begin);
            cluster.nodes.forEach(H2TcpNode::awaitServing);
            return cluster;
        } catch (RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    private void copyClass(Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        Path target = classes().resolve(name);
        Files.createDirectories(target.getParent());
        try (InputStream source = type.getClassLoader().getResourceAsStream(name)) {
            Files.copy(Objects.requireNonNull(source, name), target);
        }
    }

    private Path classes() {
        return directory.resolve("classes");
    }

    private String storePath(String node) throws IOException {
        return Files.createDirectories(directory.resolve(node))
                .resolve(DATABASE)
                .toString();
    }

    private void addNode(String name, int port, String... arguments) {
        H2Store store = new H2Store(
                name, name.equals("primary"), "jdbc:h2:tcp://" + HOST + port + "/" + DATABASE, USER, PASSWORD);
        nodes.add(new H2TcpNode(store, directory.resolve(name + ".log"), classes(), arguments));
    }

    @Override
    public String weirUrl() {
        return weirUrl;
    }

    @Override
    public Connection connect() throws SQLException {
        return source.getConnection();
    }

    /** The nodes, the primary first. */
    public List<H2TcpNode> nodes() {
        return List.copyOf(nodes);
    }

    public H2TcpNode primaryNode() {
        return nodes.get(0);
    }

    /**
     * The node of a replica.
     *
     * @param number from 1
     */
    public H2TcpNode replicaNode(int number) {
        return nodes.get(number);
    }

    @Override
    public H2Store primary() {
        return nodes.get(0).store();
    }

    @Override
    public List<H2Store> replicas() {
        return nodes.subList(1, nodes.size()).stream().map(H2TcpNode::store).toList();
    }

    /** The file of a node's store. */
    public Path storeFile(H2TcpNode node) {
        return directory.resolve(node.name()).resolve(DATABASE + ".mv.db");
    }

    /** A connection to a replica as the user that applies the log, who is its only administrator. */
    public Connection openAsApplier(H2Store replica) throws SQLException, IOException {
        Path account = directory.resolve(replica.name()).resolve(DATABASE + ".applier");
        String password = Files.readAllLines(account).get(0);
        return DriverManager.getConnection(replica.url(), "WEIR_APPLIER", password);
    }

    @Override
    public void close() throws SQLException {
        source.close();
        nodes.forEach(H2TcpNode::kill);
        try {
            Directories.remove(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot remove " + directory, failure);
        }
    }
}
