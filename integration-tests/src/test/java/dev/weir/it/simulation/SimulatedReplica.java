package dev.weir.it.simulation;

import dev.weir.it.load.StoreContents;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.ReplicaState;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A replica on a machine of its own, which can crash and come back, and be cut off from its primary. Confined to one thread. */
final class SimulatedReplica implements AutoCloseable {
    private final String name;
    private final FaultyDisk disk;
    private final Path directory;
    private final VirtualTime time;
    private final SimulatedPrimary primary;
    private final List<CutConnection> links = new ArrayList<>();
    private Replication replication;
    private @Nullable Connection reader;
    private boolean partitioned;
    private boolean unchecked = true;

    SimulatedReplica(String name, FaultyDisk disk, Path directory, VirtualTime time, SimulatedPrimary primary) {
        this.name = name;
        this.disk = disk;
        this.directory = directory;
        this.time = time;
        this.primary = primary;
        this.replication = start();
    }

    private Replication start() {
        StoreUrl store = SimulatedPrimary.urlOf(directory);
        return new Replication(
                new ReplicaSite(name, store, store.toString()),
                new PrimaryAccess(primary.url(), this::link),
                time::nanos);
    }

    private Connection link() throws SQLException {
        if (partitioned || !primary.isOpen()) {
            throw new SQLNonTransientConnectionException("The primary cannot be reached", "08001");
        }
        CutConnection link = new CutConnection(primary.connect());
        links.add(link);
        return link.client();
    }

    FaultyDisk disk() {
        return disk;
    }

    int work() {
        unchecked = true;
        return replication.work();
    }

    ReplicaState state() {
        return replication.state();
    }

    /** Whether what it shows may be other than it was when this was asked last: nothing changes it but its own work and a crash. */
    boolean takeUnchecked() {
        boolean taken = unchecked;
        unchecked = false;
        return taken;
    }

    /** The LSN whose data readers see; -1 if there are none to see. */
    long applied() {
        return replication.appliedLsn();
    }

    /** Cuts the replica off, or joins it again. */
    void setPartitioned(boolean apart) {
        partitioned = apart;
        if (apart) {
            cutLinks();
        }
    }

    boolean isPartitioned() {
        return partitioned;
    }

    /** Cuts the link to the primary amid the next steps. */
    void cutLinkAt(int trip, boolean answered) {
        if (!links.isEmpty()) {
            links.get(links.size() - 1).cutAt(trip, answered);
        }
    }

    /** Breaks all links, as when the primary has crashed. */
    void cutLinks() {
        links.forEach(CutConnection::cutNow);
        links.clear();
    }

    /** Learns that the primary is gone. */
    void loseLinks() {
        links.forEach(CutConnection::lose);
        links.clear();
    }

    /** What a reader of the replica sees. */
    StoreContents contents() throws SQLException {
        Connection open = reader;
        if (open == null || open.isClosed()) {
            open = Sessions.open(SimulatedPrimary.urlOf(directory).with("IFEXISTS", "TRUE"), "SA", "");
            reader = open;
        }
        try {
            return StoreContents.of(open);
        } catch (SQLException replaced) {
            open.close();
            reader = null;
            throw replaced;
        }
    }

    /** Lets the machine fail and start again. */
    void crash(boolean powerLost) throws IOException {
        unchecked = true;
        end();
        disk.restart(powerLost);
        replication = start();
    }

    /** Closes the store in order. */
    void stop() {
        Sessions.closeQuietly(reader);
        reader = null;
        replication.close();
        cutLinks();
    }

    private void end() {
        disk.fail();
        if (Files.exists(directory.resolve("shop.mv.db"))) {
            Crash.shutDown(null, this::connectAsApplier);
        }
        stop();
    }

    private Connection connectAsApplier() throws SQLException {
        try {
            String password =
                    Files.readAllLines(directory.resolve("shop.applier")).get(0);
            return Sessions.open(SimulatedPrimary.urlOf(directory).with("IFEXISTS", "TRUE"), "WEIR_APPLIER", password);
        } catch (IOException e) {
            throw new SQLException("No applier's account", "08001", e);
        }
    }

    @Override
    public String toString() {
        return name + " (" + replication.status() + ")";
    }

    @Override
    public void close() {
        end();
        disk.close();
    }
}
