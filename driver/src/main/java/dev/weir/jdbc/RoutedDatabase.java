package dev.weir.jdbc;

import dev.weir.routing.Routing;
import dev.weir.sql.Classification;
import dev.weir.sql.Classifier;
import dev.weir.sql.SqlDialect;
import dev.weir.sql.StatementPart;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.XAConnection;
import org.jspecify.annotations.Nullable;

/**
 * What all logical connections with the same URL and settings share: routing, classifier, capture, and what is known of the target.
 * Thread-safe.
 */
public final class RoutedDatabase {
    private static final String DRIVER_NAME = "Weir JDBC driver";

    private final Routing routing;
    private final SqlDialect dialect;
    private final Classifier classifier;
    private final Capture capture;
    private final String url;
    private final String driverVersion;
    private final Runnable closed;
    private final CatalogWatch catalog;
    private final LongAdder writesRefused = new LongAdder();
    private final TargetDefaults defaults = new TargetDefaults();

    /**
     * Connections to one cluster.
     *
     * @param classifier says what a text is, and learns what replicas refuse
     * @param capture how writes on the primary are logged
     * @param url the URL that the application gave, without credentials
     * @param driverVersion such as {@code 1.2.3}
     * @param closed called once for each connection when it is closed or aborted, from the thread that does so
     */
    public RoutedDatabase(
            Routing routing,
            Classifier classifier,
            Capture capture,
            String url,
            String driverVersion,
            Runnable closed) {
        this.routing = routing;
        this.dialect = routing.cluster().settings().dialect();
        this.classifier = classifier;
        this.capture = capture;
        this.url = url;
        this.driverVersion = driverVersion;
        this.closed = closed;
        this.catalog = new CatalogWatch(routing.cluster(), classifier);
    }

    /**
     * A new logical connection, which borrows no physical one yet. The first of a cluster waits until its nodes were probed.
     *
     * @throws SQLException 28000 if the nodes refuse the user, 08001 if no node can be used
     */
    public Connection connect() throws SQLException {
        return new RoutedConnection(this);
    }

    /**
     * A new logical connection for a pool or a transaction manager.
     *
     * @param another opens one more connection to the same cluster
     * @throws SQLException as {@link #connect}
     */
    public XAConnection connectXa(Opener another) throws SQLException {
        return new RoutedXaConnection(new RoutedConnection(this), another);
    }

    /** Opens a connection. */
    @FunctionalInterface
    public interface Opener {
        Connection open() throws SQLException;
    }

    Routing routing() {
        return routing;
    }

    SqlDialect dialect() {
        return dialect;
    }

    int nodes() {
        return routing.cluster().nodes().size();
    }

    Classification classify(String sql) {
        return classifier.classify(sql);
    }

    /** The statements of a text of several if they are to be executed one by one; null if the text goes to a node as it is. */
    @Nullable List<StatementPart> parts(String sql) {
        return dialect == SqlDialect.H2 ? classifier.parts(sql) : null;
    }

    CatalogWatch catalog() {
        return catalog;
    }

    Capture capture() {
        return capture;
    }

    String url() {
        return url;
    }

    String driverName() {
        return DRIVER_NAME;
    }

    String driverVersion() {
        return driverVersion;
    }

    int driverVersionPart(int part) {
        String[] parts = driverVersion.split("[.-]", -1);
        return part < parts.length && parts[part].matches("\\d{1,9}") ? Integer.parseInt(parts[part]) : 0;
    }

    TargetDefaults defaults() {
        return defaults;
    }

    void connectionClosed() {
        closed.run();
    }

    /** Raised whenever {@link #classify} may answer otherwise than before. */
    int generation() {
        return classifier.generation();
    }

    /** Remembers a text that was taken for a read until a replica refused it. */
    void learnRefusal(String sql) {
        writesRefused.increment();
        routing.cluster().meters().misrouted();
        classifier.learnRefusal(sql);
        routing.cluster().changed();
    }

    /** Remembers a table that only the primary has. */
    void learnPrimaryTable(String name) {
        classifier.learnPrimaryTable(name);
        routing.cluster().changed();
    }

    /** How often a replica has refused as a write what was sent to it as a read. */
    public long writesRefusedByReplicas() {
        return writesRefused.sum();
    }

    /** What a fresh session of the target has, asked once; null until it was asked. Each field is written with the same value. */
    static final class TargetDefaults {
        volatile @Nullable Integer isolation;
        volatile @Nullable Integer holdability;
        volatile @Nullable String schema;
        volatile @Nullable String catalog;
    }
}
