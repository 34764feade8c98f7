package dev.weir.it.bench;

import dev.weir.WeirDataSource;
import dev.weir.it.process.Directories;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import org.h2.tools.CreateCluster;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;

/** A store that writers are measured on, in this JVM with everything that serves it. Thread-safe but for {@link #close}. */
final class LogSubject implements AutoCloseable {
    private static final String USER = "sa";

    /** Opens a connection. */
    private interface Opener {
        Connection open() throws SQLException;
    }

    /** Something to be closed with it. */
    private interface Part {
        void close() throws SQLException, IOException;
    }

    private final Opener opener;
    private final boolean remote;
    private final @Nullable TripCounter trips;
    private final Part[] parts;

    private LogSubject(Opener opener, boolean remote, @Nullable TripCounter trips, Part... parts) {
        this.remote = remote;
        this.opener = opener;
        this.trips = trips;
        this.parts = parts;
    }

    Connection connect() throws SQLException {
        return opener.open();
    }

    /** Whether a server is between the writers and the store. */
    boolean isRemote() {
        return remote;
    }

    /** Whether round trips are counted. */
    boolean counts() {
        return trips != null;
    }

    /** Round trips so far; 0 where there is no network. */
    long trips() {
        return trips == null ? 0 : trips.trips();
    }

    private static String store(boolean file, Path directory) {
        return file ? directory.resolve("shop").toString() : "mem:" + UUID.randomUUID();
    }

    private static Part removing(Path directory) {
        return () -> Directories.remove(directory);
    }

    static LogSubject plain(boolean file) throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        String url = "jdbc:h2:" + store(file, directory);
        Connection held = DriverManager.getConnection(url, USER, "");
        return new LogSubject(
                () -> DriverManager.getConnection(url, USER, ""), false, null, held::close, removing(directory));
    }

    static LogSubject weir(boolean file, int replicas) throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        WeirDataSource source = source("jdbc:weir:h2:" + store(file, directory) + ";weir.replicas=" + replicas);
        return new LogSubject(source::getConnection, false, null, source::close, removing(directory));
    }

    private static WeirDataSource source(String url) {
        WeirDataSource source = new WeirDataSource();
        source.setUrl(url);
        source.setUser(USER);
        source.setPassword("");
        return source;
    }

    static LogSubject plainTcp() throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        Server server = serve(directory);
        TripCounter trips = new TripCounter(server.getPort());
        String url = "jdbc:h2:tcp://127.0.0.1:" + trips.port() + "/shop";
        return new LogSubject(
                () -> DriverManager.getConnection(url, USER, ""),
                true,
                trips,
                trips::close,
                server::stop,
                removing(directory));
    }

    static LogSubject weirTcp() throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        PrimaryStore store = PrimaryStore.open(StoreUrl.parse("jdbc:h2:" + directory.resolve("shop")), USER, "");
        Server server = serve(directory);
        TripCounter trips = new TripCounter(server.getPort());
        // Probes would be counted as trips of statements.
        WeirDataSource source = source("jdbc:weir:h2:tcp://127.0.0.1:" + trips.port() + "/shop;weir.probeInterval=10s");
        return new LogSubject(
                source::getConnection,
                true,
                trips,
                source::close,
                trips::close,
                server::stop,
                store::close,
                removing(directory));
    }

    /** H2's own cluster: two servers, to both of which the driver sends every statement. */
    static LogSubject h2Cluster() throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        Server one = serve(Files.createDirectories(directory.resolve("one")));
        Server two = serve(Files.createDirectories(directory.resolve("two")));
        String first = "jdbc:h2:tcp://127.0.0.1:" + one.getPort() + "/shop";
        String second = "jdbc:h2:tcp://127.0.0.1:" + two.getPort() + "/shop";
        String list = "127.0.0.1:" + one.getPort() + ",127.0.0.1:" + two.getPort();
        DriverManager.getConnection(first, USER, "").close();
        new CreateCluster().execute(first, second, USER, "", list);
        String url = "jdbc:h2:tcp://" + list + "/shop";
        return new LogSubject(
                () -> DriverManager.getConnection(url, USER, ""),
                true,
                null,
                one::stop,
                two::stop,
                removing(directory));
    }

    /** A plain store whose changes SymmetricDS captures and copies to another. */
    static LogSubject symmetric() throws Exception {
        SymmetricPair pair = SymmetricPair.start();
        return new LogSubject(pair::source, false, null, pair::close);
    }

    private static Server serve(Path directory) throws SQLException {
        return Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", directory.toString())
                .start();
    }

    @Override
    public void close() throws SQLException, IOException {
        for (Part part : parts) {
            part.close();
        }
    }
}
