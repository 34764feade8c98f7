package dev.weir.jdbc;

import dev.weir.capture.Audit;
import dev.weir.capture.AuditedStatement;
import dev.weir.capture.CaptureSettings;
import dev.weir.capture.CapturingConnection;
import dev.weir.capture.LagLimit;
import dev.weir.capture.LogFormat;
import dev.weir.capture.PrimaryStore;
import dev.weir.capture.ReplicationVerdict;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.NodeStatus;
import dev.weir.cluster.RecentWrites;
import dev.weir.log.DirectCommits;
import dev.weir.log.EmbeddedReplication;
import dev.weir.log.Epoch;
import dev.weir.sql.Classification;
import dev.weir.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Capture on an H2 primary: each commit carries a log entry. What its connections share is made anew for each epoch. Thread-safe. */
public final class H2Capture implements Capture {
    private final Cluster cluster;
    private final Function<String, Classification> classifier;
    private final LagLimit lagLimit;
    private final LogFormat format;
    private final @Nullable Audit audit;
    private final AtomicReference<@Nullable OfEpoch> newest = new AtomicReference<>();

    /** @param lagLimit when writers are held back */
    public H2Capture(
            Cluster cluster, Function<String, Classification> classifier, LagLimit lagLimit, CaptureSettings settings) {
        this.lagLimit = lagLimit;
        this.format = settings.format();
        this.audit = settings.audit() ? new Audit(Clock.systemUTC()) : null;
        this.cluster = cluster;
        this.classifier = classifier;
    }

    private record OfEpoch(Epoch epoch, PrimaryStore store) {}

    @Override
    public Connection over(Connection primary) throws SQLException {
        NodeStatus status = cluster.view().primary();
        if (status == null) {
            throw new SQLTransientConnectionException(
                    "No primary is known at the moment; repeat the transaction when one is back", "08006");
        }
        return new CapturingConnection(
                primary, store(new Epoch(status.epoch())), () -> cluster.borrow(status.node(), status.life()));
    }

    @Override
    public boolean tellsDoubt() {
        return true;
    }

    @Override
    public ReplicationVerdict verdict(Connection captured, String sql) throws SQLException {
        return ((CapturingConnection) captured).verdict(sql);
    }

    @Override
    public long committedLsn(Connection captured) {
        long lsn = ((CapturingConnection) captured).lastCommittedLsn();
        return lsn == 0 ? -1 : lsn;
    }

    @Override
    public List<AuditedStatement> audited() {
        return audit == null ? List.of() : audit.statements();
    }

    private void committed(Tables tables, long lsn) {
        RecentWrites recent = cluster.recentWrites();
        if (recent != null) {
            recent.record(tables, lsn);
        }
    }

    private @Nullable DirectCommits directCommits() {
        EmbeddedReplication embedded = cluster.replication();
        return embedded == null ? null : embedded.directCommits();
    }

    private PrimaryStore store(Epoch epoch) {
        OfEpoch known = newest.get();
        if (known != null && known.epoch().equals(epoch)) {
            return known.store();
        }
        OfEpoch fresh = new OfEpoch(
                epoch,
                new PrimaryStore(
                        classifier,
                        epoch,
                        Clock.systemUTC(),
                        lagLimit,
                        this::committed,
                        format,
                        audit,
                        directCommits()));
        return newest.compareAndSet(known, fresh) ? fresh.store() : store(epoch);
    }
}
