package dev.weir.replicator.replica;

import dev.weir.log.Environment;
import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.Divergence;
import dev.weir.replicator.source.Head;
import dev.weir.replicator.source.Lineage;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.ReplicaReport;
import dev.weir.replicator.source.StoreDefinitions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one replica equal to its primary: copies the primary if the replica has no usable store, then applies the log as it grows. Work is done step by step in
 * {@link #work}; nothing here waits for more to do. Confined to one thread, except {@link #status}, {@link #appliedLsn} and {@link #state}, which any thread may ask, and
 * {@link #pause}, {@link #resume}, {@link #restart} and {@link #resync}, by which any thread may ask for something that the next round does.
 */
public final class Replication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);
    private static final String PAUSED = "paused";
    private static final long FAR_BEHIND = 5_000;
    /** Wrong credentials, too few rights, not the right database, no such database, a store that another process has open. */
    private static final Set<String> LASTING = Set.of("28000", "42501", "08001", "90146", "90020");

    private static final Duration HEAD_INTERVAL = Duration.ofMillis(50);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);
    /** Writers may be waiting for a replica that gets on. */
    private static final Duration MOVED_REPORT_INTERVAL = Duration.ofMillis(100);

    private static final long REPORT_ENTRIES = 100;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** How long a copy is taken for what the primary is, so that another would not fit either. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private final ReplicaSite site;
    private final PrimaryAccess primary;
    private final LongSupplier nanoClock;
    private final Seeder seeder;
    private final RecentEntries recent;
    private final Handshake handshake;
    private final Orders orders = new Orders();
    private @Nullable LogSource source;
    private @Nullable ReplicaStore store;
    private long retryAt;
    private Duration pause = FIRST_PAUSE;
    private boolean condemned;
    /** Whether this run has made the copy that it applies to, and when. */
    private boolean copiedHere;

    private long copiedAt;

    private long waitingSince;
    private long reportAt;
    private long movedReportAt;
    private long reportedLsn;
    private @Nullable ReplicaState reported;
    private volatile ReplicaState state = ReplicaState.CATCHING_UP;
    private volatile String message = "";
    private volatile boolean hopeless;
    private volatile @Nullable SeedProgress seeding;
    private volatile @Nullable Lag lag;
    private volatile @Nullable ReplicaStore readable;
    private volatile long receivedLsn = -1;
    private volatile ReplicaStatus.Blocked blocked = ReplicaStatus.Blocked.NOT;

    /** Creates a replication that has done nothing yet; the first {@link #work} opens the store. */
    public Replication(ReplicaSite site, PrimaryAccess primary, LongSupplier nanoClock) {
        this.site = site;
        this.primary = primary;
        this.nanoClock = nanoClock;
        this.seeder = new Seeder(site, primary, this::heedSeeding);
        this.recent = new RecentEntries(site);
        this.handshake = new Handshake(site);
        this.retryAt = nanoClock.getAsLong();
        this.reportAt = retryAt;
        this.movedReportAt = retryAt;
        this.waitingSince = retryAt;
    }

    public ReplicaSite site() {
        return site;
    }

    public ReplicaState state() {
        return state;
    }

    /** The newest entry whose data readers of this replica see, or -1 if it serves no reads. */
    public long appliedLsn() {
        ReplicaStore current = readable;
        return current == null ? -1 : current.applied().lsn().value();
    }

    /** A position that no reader has seen more than; -1 if the replica serves no reads. */
    public long showingLsn() {
        ReplicaStore current = readable;
        return current == null ? -1 : current.showing().lsn().value();
    }

    /**
     * Whether the last attempt failed for a reason that time does not cure, such as wrong credentials, a database that is no Weir cluster, or a store that is not this
     * replica's.
     */
    public boolean isHopeless() {
        return hopeless;
    }

    /** Has the replica apply nothing more until {@link #resume}; it serves what it has. Takes effect in the next round. */
    public void pause() {
        orders.pause(true);
    }

    /** Has the replica go on after {@link #pause}. */
    public void resume() {
        orders.pause(false);
    }

    /** Has the next round open the store and the primary's session anew, without waiting for the next attempt. */
    public void restart() {
        orders.restart();
    }

    /** Has the replica apply more in one transaction and force its store less often, for the rest of this run. */
    public void enlargeBatches() {
        orders.enlargeBatches();
    }

    /** Has the next round take the replica from its readers and copy the primary anew, also after a divergence. */
    public void resync() {
        orders.resync();
    }

    /** How the copying of the primary goes on; empty if there is none under way. Any thread may ask. */
    public Optional<SeedProgress> seeding() {
        return Optional.ofNullable(seeding);
    }

    /** The replica as it is now. */
    public ReplicaStatus status() {
        Lsn applied = new Lsn(Math.max(0, appliedLsn()));
        Lag heard = lag;
        long now = nanoClock.getAsLong();
        return new ReplicaStatus(
                site.name(),
                state,
                applied,
                receivedLsn < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(receivedLsn, applied.value())),
                heard == null ? OptionalLong.empty() : heard.entries(applied, now),
                heard == null ? Optional.empty() : heard.duration(applied, now),
                state == ReplicaState.STALLED ? blocked : ReplicaStatus.Blocked.NOT,
                message);
    }

    /**
     * Does the next step: connects, copies, or applies the entries that are there.
     *
     * @return how many entries were applied, or 1 for another step done; 0 if there is nothing to do now
     */
    public int work() {
        obey();
        if (orders.isPaused() && state != ReplicaState.DIVERGED) {
            become(ReplicaState.STOPPED, PAUSED);
        }
        if (state == ReplicaState.STOPPED || state == ReplicaState.DIVERGED || nanoClock.getAsLong() - retryAt < 0) {
            remainHeard();
            return 0;
        }
        try {
            return step();
        } catch (PrimaryLost e) {
            closeSource();
            stall("primary", e);
        } catch (ApplyFailure e) {
            return isToBeCopiedAnew(e) ? condemn(e) : fail(e);
        } catch (SQLException e) {
            closeSource();
            closeStore();
            stall("replica", e);
        } catch (RuntimeException | Error e) {
            // Whatever it was, the transaction that was open is not whole.
            LOG.error("event=step_failed replica={} action=reopen", site.name(), e);
            closeSource();
            closeStore();
            stall("replica", new SQLException(e.toString(), e));
        }
        return 0;
    }

    /** Does what others have asked for. */
    private void obey() {
        if (state == ReplicaState.STOPPED && message.equals(PAUSED) && !orders.isPaused()) {
            become(ReplicaState.CATCHING_UP, "");
        }
        if (orders.takeRestart() && state != ReplicaState.DIVERGED) {
            closeSource();
            closeStore();
            retryAt = nanoClock.getAsLong();
            pause = FIRST_PAUSE;
        }
        // Readers lose the old copy only when there is a primary to make a new one from.
        boolean possible = source != null || readable == null;
        if (orders.isResyncWanted() && possible && !orders.isPaused() && orders.takeResync()) {
            readable = null;
            condemned = true;
            retryAt = nanoClock.getAsLong();
            LOG.warn("event=resync replica={} reason=\"asked for\"", site.name());
            become(ReplicaState.SEEDING, "asked for");
        }
    }

    /** Lets the primary know that a replica which applies nothing is still there, and why. */
    private void remainHeard() {
        LogSource connected = source;
        ReplicaStore opened = store;
        if (connected != null && opened != null) {
            try {
                if (report(connected, opened.applied(), opened.durable()) && ask(connected::askDescriptionWanted)) {
                    describe(connected, opened);
                }
            } catch (PrimaryLost | SQLException e) {
                LOG.debug("event=not_reported replica={} reason=\"{}\"", site.name(), e.getMessage());
                closeSource();
            }
        }
    }

    private int step() throws SQLException, PrimaryLost, ApplyFailure {
        ReplicaStore opened = store;
        if (opened == null) {
            opened = ReplicaStore.find(site, null).orElse(null);
            store = opened;
            readable = condemned || opened == null || !opened.isConfirmed() ? null : opened;
        }
        LogSource connected = source;
        if (connected == null) {
            connected = ask(primary::openLog);
            source = connected;
            LogSource heeding = connected;
            ask(() -> {
                heeding.heedOrders(site.name());
                return heeding;
            });
            shake(connected, opened);
            if (opened != null && !condemned) {
                requireLineage(connected, opened);
                seeder.forget();
            }
        }
        if (opened == null) {
            seed(connected, null);
            condemned = false;
            return 1;
        }
        if (condemned) {
            replace(connected, opened);
            return 1;
        }
        return follow(connected, opened);
    }

    /** Has nothing done, and nothing read here, while the replica would compute other results than its primary. */
    private void shake(LogSource connected, @Nullable ReplicaStore opened) throws SQLException, PrimaryLost {
        Environment ours = opened == null ? null : opened.environment();
        try {
            handshake.shake(connected, ours);
        } catch (SQLException e) {
            readable = null;
            throw new PrimaryLost(e);
        }
    }

    private void requireLineage(LogSource connected, ReplicaStore opened) throws PrimaryLost, ApplyFailure {
        if (!connected.cluster().equals(opened.cluster())) {
            throw new PrimaryLost(new SQLException(
                    "the primary belongs to cluster " + connected.cluster() + " and replica " + site.name()
                            + " to cluster " + opened.cluster()
                            + "; name the right primary, or move the replica's store away",
                    "08001"));
        }
        Position position = opened.applied();
        Lineage lineage = ask(() -> connected.lineage(position));
        if (lineage != Lineage.CONTINUES) {
            throw new ApplyFailure(
                    position.lsn(),
                    ApplyFailure.Remedy.RESEED,
                    switch (lineage) {
                        case AHEAD -> "the primary's log ends before it: the primary has lost what the replica holds";
                        case FORKED -> "the primary's log holds another entry at this LSN";
                        case PRUNED -> "the primary's log no longer reaches back to it";
                        case CONTINUES -> "";
                    },
                    null);
        }
    }

    private int follow(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost, ApplyFailure {
        hear(connected, opened);
        Lsn after = opened.applied().lsn();
        if (readable == null) {
            admitReaders(connected, opened);
        }
        int count;
        boolean hasMore;
        try (LogSource.Batch batch = ask(() -> connected.read(after))) {
            List<LogTransaction> entries = batch.entries();
            count = entries.size();
            hasMore = batch.hasMore();
            if (count > 0) {
                lag = heard().from(entries.get(0).committedAt());
                receivedLsn = entries.get(count - 1).lsn().value();
                requireEnvironment(connected, entries);
                recent.add(entries);
                opened.applier().apply(entries);
                lag = heard().from(opened.applied().committedAt());
            }
        }
        opened.enlargeBatches(orders.areBatchesLarge());
        opened.flushIfDue(nanoClock.getAsLong());
        if (isKeptWaiting(opened, count == 0)) {
            blocked = ReplicaStatus.Blocked.BY_DURABILITY;
            become(
                    ReplicaState.STALLED,
                    "primary: none of its newer entries has become durable for " + LONGEST_WAIT.toSeconds()
                            + " s; a statement writes for so long, or the store is not run by weir-replicator primary");
        } else {
            become(hasMore && isFarBehind(opened) ? ReplicaState.CATCHING_UP : ReplicaState.STREAMING, "");
        }
        pause = FIRST_PAUSE;
        report(connected, opened.applied(), opened.durable());
        if (connected.isDescriptionWanted()) {
            describe(connected, opened);
        }
        return count;
    }

    private void requireEnvironment(LogSource connected, List<LogTransaction> entries)
            throws PrimaryLost, ApplyFailure {
        try {
            handshake.require(connected, entries);
        } catch (SQLException e) {
            throw new PrimaryLost(e);
        }
    }

    /** Lets readers see a copy when the primary cannot lose any more of what it holds. */
    private void admitReaders(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost {
        if (ask(connected::durable).compareTo(opened.applied().lsn()) >= 0) {
            opened.confirm();
            readable = opened;
        }
    }

    /** Whether there have been entries for long that may not be read yet. */
    private boolean isKeptWaiting(ReplicaStore opened, boolean nothingRead) {
        long now = nanoClock.getAsLong();
        if (!nothingRead || heard().head().lsn().compareTo(opened.applied().lsn()) <= 0) {
            waitingSince = now;
        }
        return now - waitingSince > LONGEST_WAIT.toNanos();
    }

    /** Whether it is worth saying that entries wait; while some do under load, the replica streams. */
    private boolean isFarBehind(ReplicaStore opened) {
        long waiting = heard().head().lsn().value() - opened.applied().lsn().value();
        return waiting > (state == ReplicaState.STREAMING ? FAR_BEHIND : 0);
    }

    /** Asks where the log ends, now and then. */
    private void hear(LogSource connected, ReplicaStore opened) throws PrimaryLost {
        long now = nanoClock.getAsLong();
        Lag known = lag;
        if (known == null || now - known.heardNanos() >= HEAD_INTERVAL.toNanos()) {
            Head head = ask(connected::head);
            boolean behind = opened.applied().lsn().compareTo(head.lsn()) < 0;
            lag = new Lag(head, now, known != null && behind ? known.oldestUnapplied() : null);
        }
    }

    private Lag heard() {
        Lag known = lag;
        if (known == null) {
            throw new IllegalStateException("The log's end has not been asked for");
        }
        return known;
    }

    private void describe(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost {
        StoreDefinitions definitions = opened.definitions();
        ask(() -> {
            connected.describe(site.name(), definitions);
            return definitions;
        });
    }

    /** Tells the primary how far the replica is, now and then; returns whether it did. */
    private boolean report(LogSource connected, Position applied, Lsn durable) throws PrimaryLost {
        long now = nanoClock.getAsLong();
        boolean moved = applied.lsn().value() - reportedLsn >= REPORT_ENTRIES;
        boolean due = state != reported || now - reportAt >= 0 || (moved && now - movedReportAt >= 0);
        if (due) {
            ReplicaState current = state;
            ask(() -> {
                connected.report(new ReplicaReport(
                        site.name(),
                        site.servedUrl(),
                        applied.epoch(),
                        applied.lsn(),
                        applied.lsn(),
                        durable,
                        durable,
                        current.name()));
                return current;
            });
            if (ask(() -> connected.takeResync(site.name()))) {
                orders.resync();
            }
            reported = current;
            reportedLsn = applied.lsn().value();
            reportAt = now + REPORT_INTERVAL.toNanos();
            movedReportAt = now + MOVED_REPORT_INTERVAL.toNanos();
        }
        return due;
    }

    private void seed(LogSource connected, @Nullable ReplicaStore old) throws SQLException, PrimaryLost {
        readable = null;
        become(ReplicaState.SEEDING, "");
        new LostTail(site, recent).save(connected);
        store = null;
        ReplicaStore seeded;
        try {
            seeded = seeder.seed(connected, old);
        } catch (SQLException e) {
            if (PrimaryAccess.isLost(e)) {
                throw new PrimaryLost(e);
            }
            throw e;
        } finally {
            seeding = null;
        }
        store = seeded;
        handshake.shake(connected, seeded.environment());
        recent.clear();
        seeded.flushIfDue(nanoClock.getAsLong());
        copiedHere = true;
        copiedAt = nanoClock.getAsLong();
        pause = FIRST_PAUSE;
        become(ReplicaState.CATCHING_UP, "");
    }

    /** Tells the primary how the copying goes on, and so has its log kept from the copy's position on. */
    private void heedSeeding(SeedProgress progress) throws SQLException {
        seeding = progress;
        message = progress.toString();
        LOG.info(
                "event=seeding replica={} phase={} rows={} of={} left={}",
                site.name(),
                progress.phase(),
                progress.rows(),
                progress.total(),
                progress.left().map(left -> left.toSeconds() + "s").orElse("unknown"));
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
                    ReplicaState.SEEDING.name()));
        }
    }

    /**
     * Whether a new copy is the answer: to another history always, to an entry that does not fit this store's data unless the copy is fresh, since
     * what H2 recovers after a crash may not fit, or somebody may have changed rows of either side. If it does not fit a fresh copy either, a person must look.
     */
    private boolean isToBeCopiedAnew(ApplyFailure failure) {
        return failure.remedy() == ApplyFailure.Remedy.RESEED
                || (failure.remedy() == ApplyFailure.Remedy.NONE && !isFresh());
    }

    /** Tells the primary's administrators which rows differ. */
    private void tell(ApplyFailure failure) {
        Divergence divergence = failure.divergence();
        LogSource connected = source;
        if (divergence != null && connected != null) {
            try {
                connected.diverged(site.name(), divergence);
            } catch (SQLException e) {
                LOG.warn("event=divergence_not_recorded replica={} reason=\"{}\"", site.name(), e.getMessage());
                closeSource();
            }
        }
    }

    private boolean isFresh() {
        return copiedHere && nanoClock.getAsLong() - copiedAt < FRESH.toNanos();
    }

    private int fail(ApplyFailure failure) {
        switch (failure.remedy()) {
            case RETRY -> stall("replica", failure);
            case REOPEN -> {
                closeStore();
                stall("replica", failure);
            }
            case NONE, RESEED -> {
                readable = null;
                tell(failure);
                LOG.error(
                        "event=diverged replica={} lsn={} reason={} action=none; to copy it anew, stop it and move its store away",
                        site.name(),
                        failure.lsn(),
                        failure.getMessage());
                become(ReplicaState.DIVERGED, String.valueOf(failure.getMessage()));
            }
        }
        return 0;
    }

    /** Takes the replica from its readers; the next step copies it anew. */
    private int condemn(ApplyFailure failure) {
        readable = null;
        condemned = true;
        tell(failure);
        LOG.error(
                "event=diverged replica={} lsn={} reason={} action=reseed",
                site.name(),
                failure.lsn(),
                failure.getMessage());
        become(ReplicaState.SEEDING, String.valueOf(failure.getMessage()));
        return 1;
    }

    private void replace(LogSource connected, ReplicaStore old) throws SQLException, PrimaryLost {
        try {
            seed(connected, old);
        } catch (SQLException | PrimaryLost | RuntimeException | Error e) {
            old.close();
            throw e;
        }
        condemned = false;
    }

    private void stall(String side, Exception cause) {
        if (isShutdown(cause)) {
            LOG.debug("event=store_closed replica={} side={}", site.name(), side);
            state = ReplicaState.STALLED;
        }
        retryAt = nanoClock.getAsLong() + pause.toNanos();
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        hopeless = cause.getCause() instanceof SQLException primarys
                ? LASTING.contains(String.valueOf(primarys.getSQLState()))
                : cause instanceof SQLException own && LASTING.contains(String.valueOf(own.getSQLState()));
        blocked = side.equals("primary") ? ReplicaStatus.Blocked.BY_PRIMARY : ReplicaStatus.Blocked.BY_STORE;
        String why = cause instanceof PrimaryLost && cause.getCause() instanceof SQLException asked
                ? primary.reason(asked)
                : String.valueOf(cause.getMessage());
        become(ReplicaState.STALLED, side + ": " + why);
    }

    /** Whether H2 closed a store because this JVM is ending, which is no news to anyone. */
    private static boolean isShutdown(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return root instanceof SQLException e && e.getErrorCode() == ErrorCode.DATABASE_CALLED_AT_SHUTDOWN;
    }

    private void become(ReplicaState next, String why) {
        if (next != state) {
            if (next == ReplicaState.STALLED) {
                LOG.warn("event=state replica={} state={} reason=\"{}\"", site.name(), next, why);
            } else {
                LOG.info("event=state replica={} state={}", site.name(), next);
            }
        }
        message = why;
        state = next;
    }

    private void closeSource() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    private void closeStore() {
        readable = null;
        if (store != null) {
            store.close();
            store = null;
        }
    }

    /** Stops for good and lets go of both stores. Call it when {@link #work} is no longer called. */
    @Override
    public void close() {
        become(ReplicaState.STOPPED, "");
        remainHeard();
        closeSource();
        closeStore();
        try {
            recent.close();
        } catch (SQLException e) {
            LOG.debug("event=close_failed replica={} reason=\"{}\"", site.name(), e.getMessage());
        }
    }

    /** A question to the primary. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws SQLException;
    }

    private static <T> T ask(Question<T> question) throws PrimaryLost {
        try {
            return question.ask();
        } catch (SQLException e) {
            throw new PrimaryLost(e);
        }
    }

    /** The primary cannot be asked; what this replica holds is not in doubt. */
    private static final class PrimaryLost extends Exception {
        private static final long serialVersionUID = 1L;

        PrimaryLost(SQLException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
