package dev.weir.replicator.replica;

import static dev.weir.replicator.replica.PrimaryLost.ask;
import static dev.weir.replicator.replica.PrimaryLost.tell;

import dev.weir.log.Lsn;
import dev.weir.replicator.source.Divergence;
import dev.weir.replicator.source.Head;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.ReplicaReport;
import dev.weir.replicator.source.StoreDefinitions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica's session with its primary: what it hears of the log's end, what it tells of itself, and the orders that wait for it there. Confined to the replication's thread, except {@link #lag}, which any
 * thread may ask.
 */
final class PrimaryLink {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryLink.class);
    private static final Duration HEAD_INTERVAL = Duration.ofMillis(50);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);
    /** Writers may be waiting for a replica that gets on. */
    private static final Duration MOVED_REPORT_INTERVAL = Duration.ofMillis(100);

    private static final long REPORT_ENTRIES = 100;

    private final ReplicaSite site;
    private final PrimaryAccess primary;
    private final LongSupplier nanoClock;
    private @Nullable LogSource source;
    private long reportAt;
    private long movedReportAt;
    private long reportedLsn;
    private @Nullable ReplicaState reported;
    private volatile @Nullable Lag lag;

    PrimaryLink(ReplicaSite site, PrimaryAccess primary, LongSupplier nanoClock) {
        this.site = site;
        this.primary = primary;
        this.nanoClock = nanoClock;
        this.reportAt = nanoClock.getAsLong();
        this.movedReportAt = reportAt;
    }

    /** The session; null if there is none. */
    @Nullable LogSource source() {
        return source;
    }

    boolean isOpen() {
        return source != null;
    }

    LogSource open() throws PrimaryLost {
        LogSource opened = ask(primary::openLog);
        source = opened;
        tell(() -> opened.heedOrders(site.name()));
        return opened;
    }

    void close() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    /** Why the primary cannot be asked, in words. */
    String reason(PrimaryLost lost) {
        return primary.reason(lost.failure());
    }

    /** What was heard last of the log's end; null if nothing was. */
    @Nullable Lag lag() {
        return lag;
    }

    /** Asks where the log ends, now and then. */
    Lag hear(LogSource connected, Lsn applied) throws PrimaryLost {
        long now = nanoClock.getAsLong();
        Lag known = lag;
        if (known != null && now - known.heardNanos() < HEAD_INTERVAL.toNanos()) {
            return known;
        }
        Head head = ask(connected::head);
        boolean behind = applied.compareTo(head.lsn()) < 0;
        Lag news = new Lag(head, now, known != null && behind ? known.oldestUnapplied() : null);
        lag = news;
        return news;
    }

    /** Notes when the oldest entry that is not applied yet was committed. */
    void waitsFor(Instant oldest) {
        Lag known = lag;
        if (known != null) {
            lag = known.from(oldest);
        }
    }

    /** Tells the primary how far the replica is, now and then; returns whether it did. */
    boolean report(LogSource connected, Position applied, Lsn durable, ReplicaState state) throws PrimaryLost {
        long now = nanoClock.getAsLong();
        boolean moved = applied.lsn().value() - reportedLsn >= REPORT_ENTRIES;
        boolean due = state != reported || now - reportAt >= 0 || (moved && now - movedReportAt >= 0);
        if (due) {
            tell(() -> connected.report(new ReplicaReport(
                    site.name(),
                    site.servedUrl(),
                    applied.epoch(),
                    applied.lsn(),
                    applied.lsn(),
                    durable,
                    durable,
                    state.name())));
            reported = state;
            reportedLsn = applied.lsn().value();
            reportAt = now + REPORT_INTERVAL.toNanos();
            movedReportAt = now + MOVED_REPORT_INTERVAL.toNanos();
        }
        return due;
    }

    /** Tells the primary how the copying goes on, and so has its log kept from the copy's position on. */
    void report(SeedProgress progress) throws SQLException {
        LogSource connected = source;
        if (connected != null) {
            connected.report(new ReplicaReport(
                    site.name(),
                    site.servedUrl(),
                    connected.head().epoch(),
                    Lsn.ZERO,
                    Lsn.ZERO,
                    Lsn.ZERO,
                    progress.neededAfter(),
                    ReplicaState.SEEDING.name(),
                    Optional.of(new ReplicaReport.Copying(progress.rows(), progress.total(), progress.left()))));
            reported = ReplicaState.SEEDING;
        }
    }

    /** Answers those who want to know what the replica's store defines, if there are any. */
    void describe(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost {
        if (connected.orders().description()) {
            StoreDefinitions definitions = opened.definitions();
            tell(() -> connected.describe(site.name(), definitions));
        }
    }

    /** Tells the primary's administrators which rows differ. */
    void tellDivergence(ApplyFailure failure) {
        Divergence divergence = failure.divergence();
        LogSource connected = source;
        if (divergence != null && connected != null) {
            try {
                connected.diverged(site.name(), divergence);
            } catch (SQLException e) {
                LOG.warn("event=divergence_not_recorded replica={} reason=\"{}\"", site.name(), e.getMessage());
                close();
            }
        }
    }
}
