package dev.weir.replicator.source;

import dev.weir.log.DirectCommits;
import dev.weir.log.Lsn;
import dev.weir.log.PendingSchemaChange;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.store.StoreKeeper;
import dev.weir.replicator.store.StoreState;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A primary's store, opened in this JVM, held open and kept whole until closed. Thread-safe, but {@link #tend} is for one thread at a time, {@link #flush} likewise, and {@link #close} comes after both.
 */
public final class PrimaryStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryStore.class);

    private static final String FOLLOWERS =
            "SELECT COUNT(*) FROM WEIR.REPLICA WHERE SEEN_AT > DATEADD(SECOND, -10, CURRENT_TIMESTAMP)";
    private static final Duration UNFOLLOWED_PAUSE = Duration.ofMillis(50);

    /** The node name of every first primary. */
    public static final String NAME = "primary";

    private final StoreUrl url;
    private final Connection held;
    private final UUID cluster;
    private final UUID incarnation;
    private final LogFlusher flusher;
    private final Generators generators;
    private final LogPruner pruner;
    private final DirectLog directLog;
    private volatile boolean followed = true;

    private PrimaryStore(
            StoreUrl url,
            Connection held,
            UUID cluster,
            UUID incarnation,
            LogFlusher flusher,
            Generators generators,
            LogPruner pruner,
            DirectLog directLog) {
        this.directLog = directLog;
        this.url = url;
        this.held = held;
        this.cluster = cluster;
        this.incarnation = incarnation;
        this.flusher = flusher;
        this.generators = generators;
        this.pruner = pruner;
    }

    /** Opens the store as below, with the default retention. */
    public static PrimaryStore open(StoreUrl url, String user, String password) throws SQLException {
        return open(url, user, password, LogRetention.DEFAULT);
    }

    /**
     * Opens the store as a primary, making it one at LSN 0 if it is no node yet, settles what a crash left undecided, and begins a new incarnation. Blocks.
     *
     * <p>If the process that had the store open was killed at a moment that may have left parts of transactions in it, an entry in the log tells the replicas to copy it anew.
     *
     * @param user an administrator of the store; if the store is created, its first user
     * @param retention how much of the log is kept
     * @throws SQLException 28000 for wrong credentials, 42501 if the user is no administrator, 08001 if the store is another cluster's replica
     */
    public static PrimaryStore open(StoreUrl url, String user, String password, LogRetention retention)
            throws SQLException {
        return open(url, user, password, retention, System::nanoTime);
    }

    /**
     * As {@link #open(StoreUrl, String, String, LogRetention)}.
     *
     * @param nanoClock what pauses between flushes are measured with
     */
    public static PrimaryStore open(
            StoreUrl url, String user, String password, LogRetention retention, LongSupplier nanoClock)
            throws SQLException {
        String filePassword = url.filePassword(password);
        StoreState found = recover(url, filePassword);
        Connection connection = Sessions.open(url, user, password);
        try {
            requireAdministrator(connection, url, user);
            if (!WeirSchema.isNode(connection)) {
                WeirSchema.createPrimary(connection, UUID.randomUUID(), NAME);
                LOG.info("event=primary_created store={}", url);
            }
            UUID cluster = requirePrimary(connection, url);
            WeirSchema.createTables(connection);
            settle(connection, url);
            int copies = PendingSchemaChange.dropLeftoverCopies(connection);
            if (copies > 0) {
                LOG.warn("event=leftover_copies_dropped store={} tables={}", url, copies);
            }
            TransactionChanges.install(connection);
            ServerWrites.install(connection);
            UUID incarnation = WeirSchema.newIncarnation(connection);
            StoreKeeper keeper = StoreKeeper.ofShared(
                    connection, url.kind() == StoreUrl.Kind.FILE ? url.file() : null, filePassword, found);
            if (!keeper.isTrusted()) {
                Lsn barrier = WeirSchema.appendBarrier(connection);
                LOG.warn(
                        "event=store_doubtful store={} state={} lsn={} reason=\"it was not closed in order and may hold parts of transactions\" action=\"replicas copy it anew\"",
                        url,
                        found,
                        barrier);
                keeper.trust();
            }
            LogFlusher flusher = new LogFlusher(
                    Sessions.open(url.with("IFEXISTS", "TRUE"), user, password), keeper, incarnation, nanoClock);
            flusher.flush();
            Generators generators = new Generators(Sessions.open(url.with("IFEXISTS", "TRUE"), user, password));
            LogPruner pruner = new LogPruner(
                    Sessions.open(url.with("IFEXISTS", "TRUE"), user, password), retention, InstantSource.system());
            DirectLog direct = DirectLog.of(connection);
            ServerWrites.use(direct);
            return new PrimaryStore(url, connection, cluster, incarnation, flusher, generators, pruner, direct);
        } catch (SQLException | RuntimeException e) {
            Sessions.closeQuietly(connection);
            throw e;
        }
    }

    private static StoreState recover(StoreUrl url, @Nullable String filePassword) throws SQLException {
        if (url.kind() != StoreUrl.Kind.FILE) {
            return StoreState.ABSENT;
        }
        try {
            return StoreState.of(url.file(), filePassword);
        } catch (IOException e) {
            throw new SQLException("The store " + url.file() + " cannot be read: " + e.getMessage(), "08001", e);
        }
    }

    private static void settle(Connection connection, StoreUrl url) throws SQLException {
        Lsn settled = PendingSchemaChange.settle(connection);
        if (settled != null) {
            LOG.warn("event=schema_change_settled store={} lsn={} reason=\"its client is gone\"", url, settled);
        }
    }

    private static void requireAdministrator(Connection connection, StoreUrl url, String user) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT 1 FROM INFORMATION_SCHEMA.USERS WHERE USER_NAME = CURRENT_USER AND IS_ADMIN")) {
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException(
                            "User " + user.toUpperCase(Locale.ROOT) + " is no administrator of store " + url
                                    + "; replication needs one. Connect as an administrator, or grant it with ALTER USER ... ADMIN TRUE",
                            "42501");
                }
            }
        }
    }

    private static UUID requirePrimary(Connection connection, StoreUrl url) throws SQLException {
        NodeRow node = NodeRow.read(connection);
        if (!node.role().equals("primary")) {
            throw new SQLException(
                    "Store " + url + " is the replica " + node.name() + " of cluster " + node.cluster()
                            + " and cannot be opened as a primary; name the primary's store",
                    "08001");
        }
        node.requireFormat(url);
        return node.cluster();
    }

    /** The cluster that this store is the primary of. */
    public UUID cluster() {
        return cluster;
    }

    /** The opening of the store that this object is. */
    public UUID incarnation() {
        return incarnation;
    }

    /** Settles a schema change whose client died while this store was open, and deletes what the log need not hold any more; call it every second or so. */
    public void tend() throws SQLException {
        settle(held, url);
        if (PendingSchemaChange.openAbandonedGate(held)) {
            LOG.warn("event=gate_opened store={} reason=\"the client of a schema change is gone\"", url);
        }
        followed = Sessions.queryLong(held, FOLLOWERS) > 0;
        pruner.prune(flusher.durable());
    }

    /** Commits of this JVM's sessions that cost less than SQL. */
    public DirectCommits directCommits() {
        return directLog;
    }

    /** How much of the log there is. */
    public LogExtent logExtent() {
        return pruner.extent();
    }

    /**
     * Makes what has been committed survive a crash of this process, and so ready for replicas, if there is anything. Blocks while it writes. Before, it logs how far sequences and identity
     * columns may get, if they are about to get further than replicas know.
     *
     * @return whether more of the log is durable than before
     */
    public boolean flush() throws SQLException {
        try {
            generators.carry();
        } catch (SQLException e) {
            LOG.debug("event=generators_not_carried reason=\"{}\"", e.getMessage());
        }
        return flusher.flush();
    }

    /** How long to wait before the next {@link #flush}, in nanoseconds. */
    public long flushPauseNanos() {
        return followed ? flusher.pauseNanos() : Math.max(flusher.pauseNanos(), UNFOLLOWED_PAUSE.toNanos());
    }

    /** Whether the store is still open here; a client with admin rights can shut it down. Asks the database. */
    public boolean isOpen() throws SQLException {
        return held.isValid(1);
    }

    /** Lets go of the store; H2 closes it when nobody else has it open. */
    @Override
    public void close() throws SQLException {
        try {
            generators.close();
            pruner.close();
            held.close();
        } finally {
            flusher.close();
        }
    }
}
