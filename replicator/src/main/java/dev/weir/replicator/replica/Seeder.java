package dev.weir.replicator.replica;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a replica's store as a copy of the running primary. A store in a file is made in a temporary place, closed, opened and checked, and then takes the place
 * of the old one in one atomic step, so that a crash at any moment leaves the old store, none, or the finished new one. Confined to one thread.
 */
final class Seeder {
    private static final Logger LOG = LoggerFactory.getLogger(Seeder.class);
    private static final int ATTEMPTS = 10;
    private static final String TEMPORARY = "-seed";

    private final ReplicaSite site;
    private final PrimaryAccess primary;

    Seeder(ReplicaSite site, PrimaryAccess primary) {
        this.site = site;
        this.primary = primary;
    }

    /**
     * Copies the primary and opens the copy.
     *
     * @param old the store to replace, which is closed; null if there is none or it is not open
     * @throws SQLException 40001 if schema changes spoilt every attempt
     */
    ReplicaStore seed(LogSource source, @Nullable ReplicaStore old) throws SQLException {
        ApplierAccount known = ApplierAccount.find(site).orElse(null);
        ApplierAccount account = known == null ? ApplierAccount.create(site, source.settings()) : known;
        if (site.isFile()) {
            return seedFile(source, account, old);
        }
        if (old != null) {
            old.abandon();
        }
        return seedMemory(source, account);
    }

    private ReplicaStore seedFile(LogSource source, ApplierAccount account, @Nullable ReplicaStore old)
            throws SQLException {
        ReplicaSite temporary = new ReplicaSite(site.name(), site.store().sibling(TEMPORARY), site.servedUrl());
        Path fresh = temporary.store().file();
        for (int attempt = 1; ; attempt++) {
            delete(fresh);
            boolean sound;
            try (Connection connection = account.open(temporary.store())) {
                sound = copy(connection, source);
                Sessions.execute(connection, "SHUTDOWN");
            }
            if (sound) {
                break;
            }
            giveUpAfter(attempt);
        }
        check(temporary, account, source.cluster());
        if (old == null) {
            ReplicaStore.replaceUnusable(account, site, fresh);
        } else {
            old.replaceBy(fresh, site.store().file());
        }
        return ReplicaStore.open(site, account, source.cluster()).orElseThrow(() -> unusable());
    }

    private void check(ReplicaSite temporary, ApplierAccount account, UUID cluster) throws SQLException {
        try (ReplicaStore copy = ReplicaStore.open(temporary, account, cluster).orElseThrow(() -> unusable())) {
            LOG.info(
                    "event=seeded replica={} lsn={}",
                    site.name(),
                    copy.applied().lsn());
        }
    }

    private ReplicaStore seedMemory(LogSource source, ApplierAccount account) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            Connection connection = account.open(site.store());
            boolean sound = false;
            try {
                sound = copy(connection, source);
                if (sound) {
                    ReplicaStore store =
                            ReplicaStore.open(site, account, source.cluster()).orElseThrow(() -> unusable());
                    LOG.info(
                            "event=seeded replica={} lsn={}",
                            site.name(),
                            store.applied().lsn());
                    return store;
                }
            } finally {
                if (sound) {
                    Sessions.closeQuietly(connection);
                } else {
                    ReplicaStore.shutDown(connection);
                }
            }
            giveUpAfter(attempt);
        }
    }

    /** Fills an empty store; false if a schema change of the primary spoilt the copy. */
    private boolean copy(Connection replica, LogSource source) throws SQLException {
        ReplicaRights rights = new ReplicaRights(replica);
        rights.prepare();
        Sessions.execute(replica, "SET REFERENTIAL_INTEGRITY FALSE");
        replica.setAutoCommit(false);
        try (Snapshot snapshot = primary.openSnapshot();
                ScriptLoader loader = new ScriptLoader(replica)) {
            if (!snapshot.stream(loader)) {
                return false;
            }
        }
        replica.commit();
        replica.setAutoCommit(true);
        WeirSchema.createTables(replica);
        SchemaChange.createTable(replica);
        Checkpoint.create(replica, positionOf(replica, source));
        Sessions.execute(replica, "DELETE FROM WEIR.HEAD");
        try (PreparedStatement node = replica.prepareStatement(
                "INSERT INTO WEIR.NODE(ID, CLUSTER, NAME, ROLE, FORMAT) VALUES (1, ?, ?, 'replica', ?)")) {
            node.setObject(1, source.cluster());
            node.setString(2, site.name());
            node.setInt(3, WeirSchema.FORMAT);
            node.executeUpdate();
        }
        rights.openWeir();
        rights.enforce();
        return true;
    }

    /** The copy's own position, from the WEIR.HEAD that was copied with the data; not necessarily durable on the primary yet. */
    private static Position positionOf(Connection replica, LogSource source) throws SQLException {
        Position copied;
        try (Statement statement = replica.createStatement();
                ResultSet head = statement.executeQuery(
                        "SELECT LSN, EPOCH, INCARNATION, DIGEST, CURRENT_TIMESTAMP FROM WEIR.HEAD WHERE ID = 1")) {
            if (!head.next()) {
                throw new SQLException("The copy does not hold WEIR.HEAD", "02000");
            }
            copied = new Position(
                    new Lsn(head.getLong(1)),
                    new Epoch(head.getLong(2)),
                    head.getObject(3, UUID.class),
                    head.getLong(4),
                    head.getObject(5, OffsetDateTime.class).toInstant());
        }
        Position logged = source.position(copied.lsn()).orElse(copied);
        if (logged.digest() != copied.digest()) {
            throw new SQLException(
                    "The copy's digest at entry " + copied.lsn() + " is not the log's; the primary's store is damaged",
                    "08001");
        }
        return logged;
    }

    private void giveUpAfter(int attempt) throws SQLException {
        if (attempt >= ATTEMPTS) {
            throw new SQLException(
                    "Replica " + site.name() + " could not be copied: the primary's schema changed during each of "
                            + ATTEMPTS + " attempts; it will be tried again",
                    "40001");
        }
    }

    private SQLException unusable() {
        return new SQLException(
                "The new copy for replica " + site.name() + " is not usable: it has no checkpoint", "08001");
    }

    private static void delete(Path file) throws SQLException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new SQLException("The unfinished copy " + file + " cannot be deleted", "08001", e);
        }
    }
}
