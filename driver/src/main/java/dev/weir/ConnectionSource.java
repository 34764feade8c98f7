package dev.weir;

import dev.weir.capture.LagLimit;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.cluster.Clusters;
import dev.weir.jdbc.Capture;
import dev.weir.jdbc.H2Capture;
import dev.weir.jdbc.RoutedDatabase;
import dev.weir.routing.Routing;
import dev.weir.sql.Classifier;
import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.XAConnection;
import org.jspecify.annotations.Nullable;

/**
 * Where logical connections with the same settings come from: a cluster that runs while it has users, and what they share.
 * Holds no share of the cluster itself, so that an idle cluster can close. Thread-safe.
 */
final class ConnectionSource {
    private final WeirSettings settings;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable Opened opened;

    ConnectionSource(WeirSettings settings) {
        this.settings = settings;
    }

    /** The cluster as it runs now and what its connections share. */
    private record Opened(Cluster cluster, RoutedDatabase database) {}

    /**
     * A new logical connection. Waits for the nodes' first answers if the cluster has just been started.
     *
     * @throws SQLException 08001 if the target's driver is missing or no node can be used, 28000 if the nodes refuse the user
     */
    Connection connect() throws SQLException {
        return connect(RoutedDatabase::connect);
    }

    /** A new logical connection for a pool or a transaction manager; see {@link #connect()}. */
    XAConnection connectXa() throws SQLException {
        return connect(database -> database.connectXa(this::connect));
    }

    private interface Connecting<C> {
        C with(RoutedDatabase database) throws SQLException;
    }

    private <C> C connect(Connecting<C> connecting) throws SQLException {
        Opened now = opened;
        if (now == null || !now.cluster.join()) {
            now = open();
        }
        try {
            return connecting.with(now.database);
        } catch (SQLException | RuntimeException e) {
            now.cluster.close();
            throw e;
        }
    }

    /** Closes the cluster's pools and monitor at once, unless connections are open or others use it. */
    void closeNow() {
        Opened now = opened;
        if (now != null && now.cluster.join()) {
            now.cluster.closeNow();
        }
    }

    private Opened open() throws SQLException {
        opening.lock();
        try {
            Opened now = opened;
            if (now != null && now.cluster.join()) {
                return now;
            }
            TargetDriver.of(firstUrl());
            Cluster cluster = Clusters.open(settings.cluster());
            Opened started = new Opened(cluster, database(cluster));
            opened = started;
            return started;
        } finally {
            opening.unlock();
        }
    }

    private RoutedDatabase database(Cluster cluster) {
        SqlDialect dialect = settings.cluster().dialect();
        Classifier classifier = new Classifier(dialect, settings.readOnlyFunctions());
        Capture capture = dialect == SqlDialect.H2
                ? new H2Capture(cluster, classifier::classify, new LagLimit(settings.logMaxLag()), settings.capture())
                : Capture.NONE;
        return new RoutedDatabase(
                new Routing(cluster, settings.routing()),
                classifier,
                capture,
                settings.url(),
                DriverVersion.TEXT,
                cluster::close);
    }

    private String firstUrl() {
        return settings.cluster().topology() instanceof Embedded embedded
                ? embedded.url()
                : ((Listed) settings.cluster().topology()).urls().get(0);
    }
}
