package dev.weir.capture;

import dev.weir.log.DirectCommits;
import dev.weir.log.Epoch;
import dev.weir.sql.Classification;
import dev.weir.sql.Tables;
import dev.weir.sql.WriteShape;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What all capturing connections to one primary under one epoch share: the schema as last read, and which expressions are deterministic. Thread-safe.
 */
public final class PrimaryStore {
    private static final String READ_HEAD = "SELECT EPOCH, SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1";

    private final Function<String, Classification> classifier;
    private final Epoch epoch;
    private final Clock clock;
    private final ObjLongConsumer<Tables> listener;
    private final LagLimit lagLimit;
    private final LogFormat format;
    private final @Nullable Audit audit;
    private final @Nullable DirectCommits directCommits;
    private final AtomicReference<@Nullable Catalog> catalog = new AtomicReference<>();
    private final Map<String, Boolean> deterministic = new ConcurrentHashMap<>();

    /**
     * @param classifier tells what an H2 statement is; thread-safe and cached
     * @param epoch the reign that commits are made under; under any other they fail
     * @param clock what commits are dated with
     */
    public PrimaryStore(Function<String, Classification> classifier, Epoch epoch, Clock clock) {
        this(classifier, epoch, clock, LagLimit.OFF, (tables, lsn) -> {});
    }

    /**
     * As {@link #PrimaryStore(Function, Epoch, Clock)}.
     *
     * @param lagLimit when writers are held back
     * @param listener told after each commit of rows, before it is acknowledged, what it touched and its position; never of schema changes
     */
    public PrimaryStore(
            Function<String, Classification> classifier,
            Epoch epoch,
            Clock clock,
            LagLimit lagLimit,
            ObjLongConsumer<Tables> listener) {
        this(classifier, epoch, clock, lagLimit, listener, LogFormat.MIXED, null, null);
    }

    /**
     * As {@link #PrimaryStore(Function, Epoch, Clock, LagLimit, ObjLongConsumer)}.
     *
     * @param format in what form data changes are logged
     * @param audit what lists the statements; null if they are not listed
     * @param directCommits commits without SQL, where the primary is in this JVM; null if there are none
     */
    public PrimaryStore(
            Function<String, Classification> classifier,
            Epoch epoch,
            Clock clock,
            LagLimit lagLimit,
            ObjLongConsumer<Tables> listener,
            LogFormat format,
            @Nullable Audit audit,
            @Nullable DirectCommits directCommits) {
        this.directCommits = directCommits;
        this.format = format;
        this.audit = audit;
        this.listener = listener;
        this.lagLimit = lagLimit;
        this.classifier = classifier;
        this.epoch = epoch;
        this.clock = clock;
    }

    /** A store for the epoch that the primary is in now. */
    public static PrimaryStore of(Function<String, Classification> classifier, Connection primary, Clock clock)
            throws SQLException {
        return new PrimaryStore(classifier, readHead(primary).epoch(), clock);
    }

    Classification classify(String sql) {
        return classifier.apply(sql);
    }

    Epoch epoch() {
        return epoch;
    }

    LogFormat format() {
        return format;
    }

    @Nullable Audit audit() {
        return audit;
    }

    @Nullable DirectCommits directCommits() {
        return directCommits;
    }

    void committed(Tables tables, long lsn) {
        listener.accept(tables, lsn);
        lagLimit.committed(lsn);
    }

    LagLimit lagLimit() {
        return lagLimit;
    }

    Clock clock() {
        return clock;
    }

    /** The schema as last read; read now if never. */
    Catalog catalog(Connection connection) throws SQLException {
        Catalog known = catalog.get();
        return known == null ? refresh(connection) : known;
    }

    /** The schema as of now or later. The connection must be under READ COMMITTED, else it may not see the newest. */
    Catalog refresh(Connection connection) throws SQLException {
        // The LSN first: a change in between makes the definitions newer than they claim, which a commit notices.
        long schemaLsn = readHead(connection).schemaLsn();
        Catalog known = catalog.get();
        if (known != null && known.schemaLsn() >= schemaLsn) {
            return known;
        }
        Catalog read = new Catalog(schemaLsn, new CatalogReader(connection).settings());
        return Objects.requireNonNull(catalog.accumulateAndGet(
                read, (old, now) -> old != null && now != null && old.schemaLsn() >= now.schemaLsn() ? old : now));
    }

    /** Whether an expression over columns of one row gives the same value whenever and wherever it is computed. */
    boolean isDeterministic(String expression) {
        return deterministic.computeIfAbsent(expression, this::proveDeterministic);
    }

    private boolean proveDeterministic(String expression) {
        WriteShape write = classify("UPDATE X SET Y = " + expression).write();
        return write != null && write.rowLocal();
    }

    private static Head readHead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(READ_HEAD)) {
            if (!row.next()) {
                throw new SQLException("WEIR.HEAD is empty; run weir-replicator primary on this store", "08001");
            }
            return new Head(new Epoch(row.getLong(1)), row.getLong(2));
        }
    }

    private record Head(Epoch epoch, long schemaLsn) {}
}
