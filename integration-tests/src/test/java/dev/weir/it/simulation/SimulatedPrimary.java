package dev.weir.it.simulation;

import dev.weir.capture.CapturingConnection;
import dev.weir.it.load.StoreContents;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.source.LogRetention;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.sql.Classifier;
import dev.weir.sql.SqlDialect;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A primary on a machine of its own, which can crash and come back. Confined to one thread. */
final class SimulatedPrimary implements AutoCloseable {
    private static final String USER = "SA";
    private static final String POSITION = "SELECT H.LSN, I.DURABLE_LSN, (SELECT COUNT(*) FROM " + WeirSchema.LOG
            + " WHERE STATE = 'PENDING') FROM " + WeirSchema.HEAD + " H JOIN " + WeirSchema.INCARNATION
            + " I ON I.INCARNATION = H.INCARNATION WHERE H.ID = 1";
    private static final Classifier CLASSIFIER = new Classifier(SqlDialect.H2, Set.of());

    private final FaultyDisk disk;
    private final VirtualTime time;
    private final StoreUrl url;
    private @Nullable PrimaryStore store;
    private @Nullable Connection witness;
    private @Nullable PreparedStatement position;
    private dev.weir.capture.@Nullable PrimaryStore capture;

    SimulatedPrimary(FaultyDisk disk, Path directory, VirtualTime time) {
        this.disk = disk;
        this.time = time;
        this.url = urlOf(directory);
    }

    static StoreUrl urlOf(Path directory) {
        return StoreUrl.parse("jdbc:h2:" + FaultyFilePath.SCHEME + ":" + directory.resolve("shop"));
    }

    FaultyDisk disk() {
        return disk;
    }

    StoreUrl url() {
        return url;
    }

    /** Opens the store as the process that runs a primary does, which nobody does on a machine that has no power. */
    void open() throws SQLException {
        if (disk.isOff()) {
            throw new SQLException("The primary's machine has no power", "08001");
        }
        store = PrimaryStore.open(url, USER, "", LogRetention.DEFAULT, time::nanos);
        Connection opened = connect();
        witness = opened;
        position = opened.prepareStatement(POSITION);
        capture = dev.weir.capture.PrimaryStore.of(CLASSIFIER::classify, opened, time);
    }

    boolean isOpen() {
        return store != null;
    }

    private static <T> T require(@Nullable T part) throws SQLException {
        if (part == null) {
            throw new SQLException("The primary is down", "08001");
        }
        return part;
    }

    /** A crash ends the sessions that it finds, for which H2 waits as long as twice a lock may take; all being one thread, nothing comes of it. */
    void shortenLockTimeout() throws SQLException {
        Sessions.execute(require(witness), "SET DEFAULT_LOCK_TIMEOUT 1");
    }

    /** A plain session of an administrator. */
    Connection connect() throws SQLException {
        // Nobody can release a lock while another waits for it, all being one thread.
        return Sessions.open(url.with("IFEXISTS", "TRUE").with("LOCK_TIMEOUT", "1"), USER, "");
    }

    /** An application's session over a connection to the store. */
    CapturingConnection capture(Connection connection) throws SQLException {
        return new CapturingConnection(connection, require(capture));
    }

    void flush() throws SQLException {
        require(store).flush();
    }

    void tend() throws SQLException {
        require(store).tend();
    }

    /** Lets H2 write by itself, as when its buffer is full. */
    void checkpoint() throws SQLException {
        Sessions.execute(require(witness), "CHECKPOINT");
    }

    /** Changes the last byte of the newest entry's body, as a fault of its memory or disk may; the digest stays as it was. */
    void alterNewestEntry() throws SQLException {
        Sessions.execute(
                require(witness),
                "UPDATE " + WeirSchema.LOG + " SET BODY = SUBSTRING(BODY FROM 1 FOR OCTET_LENGTH(BODY) - 1)"
                        + " || CASE RIGHT(RAWTOHEX(BODY), 2) WHEN '00' THEN X'01' WHEN '02' THEN X'03' ELSE X'02' END"
                        + " WHERE KIND = 'DATA' AND LSN = (SELECT LSN FROM WEIR.HEAD WHERE ID = 1)");
    }

    /**
     * Where the log ends.
     *
     * @param settled whether no schema change is pending
     */
    record Position(long head, long durable, boolean settled) {}

    Position position() throws SQLException {
        try (ResultSet row = require(position).executeQuery()) {
            row.next();
            return new Position(row.getLong(1), row.getLong(2), row.getLong(3) == 0);
        }
    }

    long head() throws SQLException {
        return position().head();
    }

    long barriers() throws SQLException {
        return Sessions.queryLong(
                require(witness), "SELECT COUNT(*) FROM " + WeirSchema.LOG + " WHERE KIND = 'BARRIER'");
    }

    /** How often replicas have said that they differed. */
    long divergences() throws SQLException {
        return Sessions.queryLong(require(witness), "SELECT COUNT(*) FROM " + WeirSchema.DIVERGENCE);
    }

    StoreContents contents() throws SQLException {
        return StoreContents.of(require(witness));
    }

    /** Closes the store in order. */
    void stop() throws SQLException {
        Connection held = witness;
        PrimaryStore opened = store;
        witness = null;
        store = null;
        Sessions.closeQuietly(held);
        if (opened != null) {
            opened.close();
        }
    }

    /** Lets the machine fail, and be ready to open the store again. */
    void crash(boolean powerLost) throws IOException {
        disk.fail();
        Crash.shutDown(witness, this::connect);
        PrimaryStore opened = store;
        witness = null;
        store = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (SQLException gone) {
                Crash.expect(gone);
            }
        }
        disk.restart(powerLost);
    }

    @Override
    public void close() throws IOException {
        crash(false);
        disk.close();
    }
}
