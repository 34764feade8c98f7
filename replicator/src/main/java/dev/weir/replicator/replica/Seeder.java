package dev.weir.replicator.replica;

import dev.weir.log.Environment;
import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.replica.SeedListener.Step;
import dev.weir.replicator.replica.SeedProgress.Phase;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.Snapshot;
import dev.weir.replicator.store.StoreKeeper;
import dev.weir.replicator.store.StoreState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a replica's store as a copy of the running primary. For a store in a file the primary's script is first brought into a file beside it, which frees the primary; from that the store is
 * made in a temporary place, closed, opened and checked, and then takes the place of the old one in one atomic step. A crash at any moment leaves the old store, none, or the finished new one; what had
 * come by then, and what was made of it, is taken up again, as long as the primary's log reaches back to it. A store in memory is made in one go. Confined to one thread.
 */
final class Seeder {
    private static final Logger LOG = LoggerFactory.getLogger(Seeder.class);
    private static final int ATTEMPTS = 10;
    private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(2);
    private static final String TEMPORARY = "-seed";
    /** A script that fails again is brought anew. */
    private static final int FAILURES_PER_SCRIPT = 2;

    private final ReplicaSite site;
    private final PrimaryAccess primary;
    private final SeedListener listener;
    private final Duration flushInterval;
    private int failures;

    Seeder(ReplicaSite site, PrimaryAccess primary, SeedListener listener) {
        this(site, primary, listener, FLUSH_INTERVAL);
    }

    /** @param flushInterval how much of the making a crash may undo */
    Seeder(ReplicaSite site, PrimaryAccess primary, SeedListener listener, Duration flushInterval) {
        this.flushInterval = flushInterval;
        this.site = site;
        this.primary = primary;
        this.listener = listener;
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

    /** Removes what a copying that was cut short has left. Call it when no copy is needed. */
    void forget() throws SQLException {
        if (site.isFile()) {
            new SeedScript(site).delete();
            delete(site.store().sibling(TEMPORARY).file());
        }
    }

    private ReplicaStore seedFile(LogSource source, ApplierAccount account, @Nullable ReplicaStore old)
            throws SQLException {
        ReplicaSite temporary =
                new ReplicaSite(site.name(), site.store().sibling(TEMPORARY), site.servedUrl(), site.filePassword());
        Path fresh = temporary.store().file();
        SeedScript script = new SeedScript(site);
        SeedScript.Facts facts = usable(script, source);
        if (facts == null) {
            facts = bring(script, source);
            delete(fresh);
        }
        try {
            make(temporary, account, script, facts, source);
        } catch (SQLException e) {
            if (!isFull(e) && ++failures % FAILURES_PER_SCRIPT == 0) {
                script.delete();
            }
            throw e;
        }
        listener.reached(Step.CLOSED);
        check(temporary, account, source.cluster());
        listener.reached(Step.CHECKED);
        if (old == null) {
            ReplicaStore.replaceUnusable(account, site, fresh);
        } else {
            old.replaceBy(fresh, site.store().file());
        }
        listener.reached(Step.SWAPPED);
        script.delete();
        listener.reached(Step.ENDED);
        return ReplicaStore.open(site, account, source.cluster()).orElseThrow(() -> unusable());
    }

    /** What is left of an attempt that was cut short, if it can still be used. */
    private SeedScript.@Nullable Facts usable(SeedScript script, LogSource source) throws SQLException {
        SeedScript.Facts facts = script.facts();
        if (facts != null
                && facts.cluster().equals(source.cluster())
                && (facts.lsn().equals(Lsn.ZERO) || source.position(facts.lsn()).isPresent())) {
            LOG.info("event=seed_resumed replica={} lsn={} rows={}", site.name(), facts.lsn(), facts.rows());
            return facts;
        }
        script.delete();
        return null;
    }

    private SeedScript.Facts bring(SeedScript script, LogSource source) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            SeedMeter meter = meter(Phase.COPYING, source, 0);
            meter.tell();
            boolean sound;
            try (Snapshot snapshot = primary.openSnapshot();
                    SeedScript.Writing writing = script.new Writing(meter)) {
                sound = snapshot.stream(writing);
                if (sound) {
                    writing.finish(source.cluster());
                }
            }
            if (sound) {
                listener.reached(Step.COPIED);
                return Objects.requireNonNull(script.facts());
            }
            giveUpAfter(attempt);
        }
    }

    private SeedMeter meter(Phase phase, LogSource source, long before) throws SQLException {
        return new SeedMeter(
                listener, phase, source.rowEstimate(), source.head().lsn(), before);
    }

    /** Makes the store from the script, or goes on making it, and closes it. */
    private void make(
            ReplicaSite temporary, ApplierAccount account, SeedScript script, SeedScript.Facts facts, LogSource source)
            throws SQLException {
        if (!goOn(temporary, account, script, facts, source)) {
            delete(temporary.store().file());
            goOn(temporary, account, script, facts, source);
        }
    }

    /** False if what is there is of no use. */
    private boolean goOn(
            ReplicaSite temporary, ApplierAccount account, SeedScript script, SeedScript.Facts facts, LogSource source)
            throws SQLException {
        StoreState found = stateOf(temporary);
        if (!found.isWhole()) {
            return false;
        }
        Connection connection = account.open(temporary);
        StoreKeeper keeper = keeperOf(connection, temporary, found);
        try {
            if (!WeirSchema.isNode(connection)) {
                long executed = found == StoreState.ABSENT ? 0 : ScriptLoader.noted(connection, "EXECUTED");
                if (found != StoreState.ABSENT && (executed <= 0 || facts.lobs())) {
                    return false;
                }
                load(connection, keeper, script, facts, executed, source);
                finish(connection, source);
                listener.reached(Step.LOADED);
            }
            Sessions.execute(connection, "SHUTDOWN");
            return true;
        } finally {
            Sessions.closeQuietly(connection);
            keeper.close();
        }
    }

    private static StoreKeeper keeperOf(Connection connection, ReplicaSite temporary, StoreState found)
            throws SQLException {
        try {
            return StoreKeeper.ofSoleWriter(connection, temporary.store().file(), temporary.filePassword(), found);
        } catch (SQLException e) {
            Sessions.closeQuietly(connection);
            throw e;
        }
    }

    private void load(
            Connection connection,
            StoreKeeper keeper,
            SeedScript script,
            SeedScript.Facts facts,
            long executed,
            LogSource source)
            throws SQLException {
        if (executed == 0) {
            begin(connection, source);
        }
        long loaded = ScriptLoader.noted(connection, "ROWS_LOADED");
        SeedMeter meter = new SeedMeter(listener, Phase.LOADING, facts.rows(), facts.lsn(), loaded);
        meter.tell();
        Sessions.execute(connection, "SET REFERENTIAL_INTEGRITY FALSE");
        connection.setAutoCommit(false);
        try (ScriptLoader loader = new ScriptLoader(connection, meter, executed, keeper, flushInterval)) {
            script.stream(executed, loader);
            loader.commit();
        }
        meter.tell();
    }

    private static StoreState stateOf(ReplicaSite temporary) throws SQLException {
        try {
            return StoreState.of(temporary.store().file(), temporary.filePassword());
        } catch (IOException e) {
            LOG.info(
                    "event=seed_not_readable replica={} reason=\"{}\" action=\"made anew\"", temporary, e.getMessage());
            return StoreState.DOUBTFUL;
        }
    }

    /** The disk has no room: what is there can be used when it has. */
    private static boolean isFull(SQLException e) {
        return e.getErrorCode() == ErrorCode.IO_EXCEPTION_1 || e.getErrorCode() == ErrorCode.IO_EXCEPTION_2;
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
            Connection connection = account.open(site);
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

    /** Fills an empty store straight from the primary; false if a schema change of the primary spoilt the copy. */
    private boolean copy(Connection replica, LogSource source) throws SQLException {
        SeedMeter meter = meter(Phase.COPYING, source, 0);
        meter.tell();
        begin(replica, source);
        Sessions.execute(replica, "SET REFERENTIAL_INTEGRITY FALSE");
        replica.setAutoCommit(false);
        try (Snapshot snapshot = primary.openSnapshot();
                ScriptLoader loader = new ScriptLoader(replica, meter, 0, null, flushInterval)) {
            if (!snapshot.stream(loader)) {
                return false;
            }
            loader.commit();
        }
        finish(replica, source);
        return true;
    }

    private static void begin(Connection replica, LogSource source) throws SQLException {
        // H2 takes a collation only while there are no tables; the script's own comes too late.
        String collation = source.environment(source.incarnation())
                .map(Environment::collation)
                .orElse(null);
        if (collation != null) {
            Sessions.execute(replica, "SET COLLATION " + collation);
        }
        new ReplicaRights(replica).prepare();
        ScriptLoader.prepare(replica);
    }

    /** Makes a node of a store that holds all of the script; the row that says so comes last. */
    private void finish(Connection replica, LogSource source) throws SQLException {
        replica.setAutoCommit(true);
        WeirSchema.createTables(replica);
        SchemaChange.createTable(replica);
        Checkpoint.create(replica, positionOf(replica, source));
        Sessions.execute(replica, "DELETE FROM WEIR.HEAD");
        Sessions.execute(replica, "DROP TABLE WEIR.SEED");
        ReplicaRights rights = new ReplicaRights(replica);
        rights.openWeir();
        rights.enforce();
        try (PreparedStatement node = replica.prepareStatement(
                "INSERT INTO WEIR.NODE(ID, CLUSTER, NAME, ROLE, FORMAT) VALUES (1, ?, ?, 'replica', ?)")) {
            node.setObject(1, source.cluster());
            node.setString(2, site.name());
            node.setInt(3, WeirSchema.FORMAT);
            node.executeUpdate();
        }
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
            // H2's own notes about a store that a crash has left.
            Files.deleteIfExists(Path.of(file.toString().replaceFirst("\\.mv\\.db$", ".trace.db")));
        } catch (IOException e) {
            throw new SQLException("The unfinished copy " + file + " cannot be deleted", "08001", e);
        }
    }
}
