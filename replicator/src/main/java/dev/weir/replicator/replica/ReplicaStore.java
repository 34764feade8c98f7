package dev.weir.replicator.replica;

import dev.weir.log.Environment;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.NodeRow;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreDefinitions;
import dev.weir.replicator.store.StoreKeeper;
import dev.weir.replicator.store.StoreState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica's store, opened by its applier. Confined to one thread, except {@link #applied}. */
final class ReplicaStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStore.class);
    private static final int LOCK_TIMEOUT_MILLIS = 1_000;
    private static final Duration FLUSH_INTERVAL = Duration.ofMillis(200);
    private static final Duration LONG_FLUSH_INTERVAL = Duration.ofSeconds(5);

    private final Connection connection;
    private final boolean inFile;
    private final UUID cluster;
    private final Applier applier;
    private final StoreKeeper keeper;
    private boolean confirmed;
    private Lsn flushed;
    private long flushedAt;
    private Duration flushInterval = FLUSH_INTERVAL;

    private ReplicaStore(
            Connection connection,
            boolean inFile,
            UUID cluster,
            boolean confirmed,
            Applier applier,
            StoreKeeper keeper) {
        this.connection = connection;
        this.confirmed = confirmed;
        this.inFile = inFile;
        this.cluster = cluster;
        this.applier = applier;
        this.keeper = keeper;
        this.flushed = applier.applied().lsn();
    }

    /**
     * Opens the replica's store if there is one.
     *
     * @return empty if there is none, or if it cannot be used and may be replaced by a new copy
     * @throws SQLException 08001 if what is there is no replica of this cluster and must not be touched
     */
    static Optional<ReplicaStore> find(ReplicaSite site, @Nullable UUID cluster) throws SQLException {
        if (!site.isFile() || !Files.exists(site.store().file())) {
            return Optional.empty();
        }
        ApplierAccount account = ApplierAccount.find(site)
                .orElseThrow(() -> refusal(
                        site, "there is no " + ApplierAccount.fileOf(site).getFileName() + " next to it", null));
        StoreState found = recover(site);
        Optional<ReplicaStore> store;
        try {
            store = open(site, account, cluster, found);
        } catch (SQLException e) {
            if (found.isWhole() || !isDamage(e)) {
                throw e;
            }
            LOG.warn(
                    "event=store_damaged replica={} store={} state={} reason=\"{}\" action=reseed",
                    site.name(),
                    site.store(),
                    found,
                    e.getMessage());
            return Optional.empty();
        }
        if (store.isPresent() && !store.get().keeper.isTrusted()) {
            LOG.warn(
                    "event=store_doubtful replica={} store={} state={} reason=\"it was not closed in order and may hold parts of transactions\" action=reseed",
                    site.name(),
                    site.store(),
                    found);
            store.get().close();
            return Optional.empty();
        }
        return store;
    }

    /** Whether H2 cannot read what a crash has left. */
    private static boolean isDamage(SQLException e) {
        return e.getErrorCode() == ErrorCode.GENERAL_ERROR_1 || e.getErrorCode() == ErrorCode.FILE_CORRUPTED_1;
    }

    private static StoreState recover(ReplicaSite site) throws SQLException {
        Path file = site.store().file();
        try {
            return StoreState.of(file, site.filePassword());
        } catch (IOException e) {
            throw new SQLException("The store " + file + " cannot be read: " + e.getMessage(), "08001", e);
        }
    }

    /** Opens a store that has just been made. */
    static Optional<ReplicaStore> open(ReplicaSite site, ApplierAccount account, @Nullable UUID cluster)
            throws SQLException {
        return open(site, account, cluster, StoreState.CLOSED);
    }

    private static Optional<ReplicaStore> open(
            ReplicaSite site, ApplierAccount account, @Nullable UUID cluster, StoreState found) throws SQLException {
        Connection connection;
        try {
            connection = account.open(site);
        } catch (SQLException e) {
            if ("28000".equals(e.getSQLState())) {
                throw refusal(site, "it does not know the applier's account", e);
            }
            throw e;
        }
        try {
            Optional<ReplicaStore> store = adopt(site, connection, cluster, found);
            if (store.isEmpty()) {
                connection.close();
            }
            return store;
        } catch (SQLException | RuntimeException e) {
            Sessions.closeQuietly(connection);
            throw e;
        }
    }

    private static Optional<ReplicaStore> adopt(
            ReplicaSite site, Connection connection, @Nullable UUID cluster, StoreState found) throws SQLException {
        NodeRow node = NodeRow.read(connection);
        if (!node.role().equals("replica") || !node.name().equals(site.name())) {
            throw refusal(site, "it is the " + node.role() + " named " + node.name(), null);
        }
        if (cluster != null && !node.cluster().equals(cluster)) {
            throw refusal(site, "it belongs to cluster " + node.cluster() + ", not to " + cluster, null);
        }
        node.requireFormat(site.store());
        Optional<Position> position = Checkpoint.read(connection);
        if (position.isEmpty()
                || !SchemaChange.isSettled(connection, position.get().lsn())) {
            return Optional.empty();
        }
        boolean confirmed = Checkpoint.isConfirmed(connection);
        Applier applier = applierOf(connection, position.get());
        StoreKeeper keeper = StoreKeeper.ofSoleWriter(
                connection, site.isFile() ? site.store().file() : null, site.filePassword(), found);
        return Optional.of(new ReplicaStore(connection, site.isFile(), node.cluster(), confirmed, applier, keeper));
    }

    private static Applier applierOf(Connection connection, Position position) throws SQLException {
        // H2 does not hold foreign keys under concurrency, so a log that it accepted may break them for a while or for
        // good.
        Sessions.execute(connection, "SET REFERENTIAL_INTEGRITY FALSE");
        Sessions.execute(connection, "SET LOCK_TIMEOUT " + LOCK_TIMEOUT_MILLIS);
        new ReplicaRights(connection).enforce();
        String mode = modeOf(connection);
        connection.setAutoCommit(false);
        return new Applier(connection, position, mode);
    }

    private static String modeOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'MODE'")) {
            return row.next() ? row.getString(1) : "REGULAR";
        }
    }

    private static SQLException refusal(ReplicaSite site, String why, @Nullable SQLException cause) {
        return new SQLException(
                "Store " + site.store() + " cannot be used for replica " + site.name() + ": " + why
                        + ". Nothing was changed; move the store away or name another",
                "08001",
                cause);
    }

    UUID cluster() {
        return cluster;
    }

    /** What the applier's statements run in. Confined to the thread that applies. */
    Environment environment() throws SQLException {
        return Environment.of(connection);
    }

    Applier applier() {
        return applier;
    }

    /** The position whose data readers see. Any thread may ask. */
    Position applied() {
        return applier.applied();
    }

    /** A position that no reader has seen more than. Any thread may ask. */
    Position showing() {
        return applier.showing();
    }

    /** How far the replica would still be after a crash; a store in memory has nothing to lose less than all. Confined to the thread that applies. */
    Lsn durable() {
        return inFile ? flushed : applied().lsn();
    }

    /** Has more applied in one transaction and forced less often, or as usual; a crash then costs more to apply again, and nothing else. */
    void enlargeBatches(boolean large) {
        applier.enlargeTransactions(large);
        flushInterval = large ? LONG_FLUSH_INTERVAL : FLUSH_INTERVAL;
    }

    /** Makes what has been applied survive a crash, now and then, for the log has it all. Call it between transactions. Blocks if it flushes. */
    void flushIfDue(long nowNanos) throws SQLException {
        Lsn applied = applied().lsn();
        boolean due = flushedAt == 0 || (!applied.equals(flushed) && nowNanos - flushedAt >= flushInterval.toNanos());
        if (due && keeper.flush()) {
            flushed = applied;
            flushedAt = nowNanos;
        }
    }

    /** What the store defines. Call it between transactions. */
    StoreDefinitions definitions() throws SQLException {
        try {
            return StoreDefinitions.ofReplica(connection);
        } finally {
            connection.rollback();
        }
    }

    /** Whether readers may see it: its primary cannot lose what it holds. Confined to the thread that applies. */
    boolean isConfirmed() {
        return confirmed;
    }

    /** Notes that the primary cannot lose what it holds, so that readers may see it after a restart, too. Call it between transactions. */
    void confirm() throws SQLException {
        if (!confirmed) {
            Checkpoint.confirm(connection);
            connection.commit();
            confirmed = true;
            flushedAt = 0;
        }
    }

    /** Puts another store's file in this one's place, see {@link #replace}, and closes this one. */
    void replaceBy(Path fresh, Path own) throws SQLException {
        connection.rollback();
        replace(connection, fresh, own);
        keeper.close();
    }

    /** The same for a store that is no usable replica, and perhaps not even open. */
    static void replaceUnusable(ApplierAccount account, ReplicaSite site, Path fresh) throws SQLException {
        Path own = site.store().file();
        if (!Files.exists(own)) {
            move(fresh, own);
            return;
        }
        Connection connection;
        try {
            connection = account.open(site);
        } catch (SQLException damaged) {
            LOG.warn("event=store_replaced_unopened replica={} reason={}", site.name(), damaged.getMessage());
            move(fresh, own);
            return;
        }
        replace(connection, fresh, own);
    }

    /** Puts a file in an open store's place, so that whoever connects finds either the old store or the new one, and ends all sessions of the old. */
    private static void replace(Connection connection, Path fresh, Path own) throws SQLException {
        // From here on nobody else is let in until the old store is closed, and by then its name leads to the new file.
        Sessions.execute(connection, "SET EXCLUSIVE 2");
        move(fresh, own);
        shutDown(connection);
    }

    /** Closes the store for everyone without writing anything more; a store in memory is gone. */
    void abandon() {
        shutDown(connection);
    }

    static void shutDown(Connection connection) {
        try {
            Sessions.execute(connection, "SHUTDOWN IMMEDIATELY");
        } catch (SQLException closing) {
            LOG.debug(
                    "event=shut_down sqlstate={}",
                    closing.getSQLState()); // H2 reports the end of the session that asked for it
        } finally {
            Sessions.closeQuietly(connection);
        }
    }

    private static void move(Path fresh, Path own) throws SQLException {
        try {
            Files.move(fresh, own, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new SQLException("The new copy " + fresh + " cannot take the place of " + own, "08001", e);
        }
    }

    /** Lets go of the store, which is closed when its last reader has gone; one in memory is gone at once. */
    @Override
    public void close() {
        if (inFile) {
            Sessions.closeQuietly(connection);
        } else {
            abandon();
        }
        try {
            keeper.close();
        } catch (SQLException e) {
            LOG.warn("event=mark_not_removed reason=\"{}\" effect=\"copied anew when opened again\"", e.getMessage());
        }
    }
}
