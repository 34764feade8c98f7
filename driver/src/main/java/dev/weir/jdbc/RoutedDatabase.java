package dev.weir.jdbc;

import dev.weir.routing.Routing;
import dev.weir.sql.Classification;
import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all logical connections with the same URL and settings share: routing, classifier, capture, and what is known of the target.
 * Thread-safe.
 */
public final class RoutedDatabase {
    private static final String DRIVER_NAME = "Weir JDBC driver";

    /** Texts beyond this many are no longer remembered, nor are long ones: each costs one refused round trip again. */
    private static final int MAX_LEARNED = 10_000;

    private static final int MAX_LEARNED_LENGTH = 10_000;

    private final Routing routing;
    private final Function<String, Classification> classifier;
    private final Capture capture;
    private final String url;
    private final String driverVersion;
    private final Runnable closed;
    private final Set<String> learnedWrites = ConcurrentHashMap.newKeySet();
    private final LongAdder writesRefused = new LongAdder();
    private volatile int learned;
    private final TargetDefaults defaults = new TargetDefaults();

    /**
     * Connections to one cluster.
     *
     * @param classifier says what a text is; must be thread-safe and quick for a text it knows
     * @param capture how writes on the primary are logged
     * @param url the URL that the application gave, without credentials
     * @param driverVersion such as {@code 1.2.3}
     * @param closed called once for each connection when it is closed or aborted, from the thread that does so
     */
    public RoutedDatabase(
            Routing routing,
            Function<String, Classification> classifier,
            Capture capture,
            String url,
            String driverVersion,
            Runnable closed) {
        this.routing = routing;
        this.classifier = classifier;
        this.capture = capture;
        this.url = url;
        this.driverVersion = driverVersion;
        this.closed = closed;
    }

    /**
     * A new logical connection, which borrows no physical one yet. The first of a cluster waits until its nodes were probed.
     *
     * @throws SQLException 28000 if the nodes refuse the user, 08001 if no node can be used
     */
    public Connection connect() throws SQLException {
        return new RoutedConnection(this);
    }

    Routing routing() {
        return routing;
    }

    SqlDialect dialect() {
        return routing.cluster().settings().dialect();
    }

    int nodes() {
        return routing.cluster().nodes().size();
    }

    Classification classify(String sql) {
        return classifier.apply(sql);
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

    // ---------------------------------------------------------------- writes that look like reads

    /** Whether a replica has refused this text as a write before. Costs one volatile read while none has been. */
    boolean isLearnedWrite(String sql) {
        return learned > 0 && learnedWrites.contains(sql);
    }

    /** Remembers a text that was taken for a read until a replica refused it. */
    void learnWrite(String sql) {
        writesRefused.increment();
        if (sql.length() <= MAX_LEARNED_LENGTH && learnedWrites.size() < MAX_LEARNED) {
            learnedWrites.add(sql);
            learned = learnedWrites.size();
        }
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

    /** A question to a delegate. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }
}
