package dev.weir.replicator.replica;

import static dev.weir.replicator.replica.PrimaryLost.ask;

import dev.weir.log.Environment;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.PrimaryAccess;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
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

    private final ReplicaSite site;
    private final LongSupplier nanoClock;
    private final PrimaryLink link;
    private final Standing standing;
    private final Copies copies;
    private final RecentEntries recent;
    private final Handshake handshake;
    private final Following following;
    private final Orders orders = new Orders();
    private @Nullable ReplicaStore store;
    private boolean condemned;
    private boolean closed;
    private volatile @Nullable ReplicaStore readable;

    /** Creates a replication that has done nothing yet; the first {@link #work} opens the store. */
    public Replication(ReplicaSite site, PrimaryAccess primary, LongSupplier nanoClock) {
        this.site = site;
        this.nanoClock = nanoClock;
        this.link = new PrimaryLink(site, primary, nanoClock);
        this.standing = new Standing(site.name(), nanoClock);
        this.copies = new Copies(site, primary, link, standing, nanoClock);
        this.recent = new RecentEntries(site);
        this.handshake = new Handshake(site);
        this.following = new Following(link, standing, recent, handshake, nanoClock);
    }

    public ReplicaSite site() {
        return site;
    }

    public ReplicaState state() {
        return standing.state();
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
        return standing.isHopeless();
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
        return copies.progress();
    }

    /** The replica as it is now. */
    public ReplicaStatus status() {
        Lsn applied = new Lsn(Math.max(0, appliedLsn()));
        Lag heard = link.lag();
        long now = nanoClock.getAsLong();
        return new ReplicaStatus(
                site.name(),
                standing.state(),
                applied,
                following.received(applied),
                heard == null ? OptionalLong.empty() : heard.entries(applied, now),
                heard == null ? Optional.empty() : heard.duration(applied, now),
                standing.blocked(),
                standing.message());
    }

    /**
     * Does the next step: connects, copies, or applies the entries that are there.
     *
     * @return how many entries were applied, or 1 for another step done; 0 if there is nothing to do now
     */
    public int work() {
        if (closed) {
            return 0;
        }
        obey();
        if (orders.isPaused() || standing.is(ReplicaState.DIVERGED) || standing.isResting()) {
            remainHeard();
            return 0;
        }
        try {
            return step();
        } catch (PrimaryLost e) {
            link.close();
            standing.stallByPrimary(e, link.reason(e));
        } catch (ApplyFailure e) {
            return isToBeCopiedAnew(e) ? condemn(e) : fail(e);
        } catch (SQLException e) {
            link.close();
            closeStore();
            standing.stallByStore(e);
        } catch (RuntimeException | Error e) {
            // Whatever it was, the transaction that was open is not whole.
            LOG.error("event=step_failed replica={} action=reopen", site.name(), e);
            link.close();
            closeStore();
            standing.stallByStore(new SQLException(e.toString(), e));
        }
        return 0;
    }

    /** Does what others have asked for. */
    private void obey() {
        if (standing.is(ReplicaState.STOPPED) && standing.message().equals(PAUSED) && !orders.isPaused()) {
            standing.become(ReplicaState.CATCHING_UP, "");
        }
        if (orders.takeRestart() && !standing.is(ReplicaState.DIVERGED)) {
            link.close();
            closeStore();
            standing.retryNow();
            standing.forgetFailures();
        }
        // Readers lose the old copy only when there is a primary to make a new one from.
        boolean possible = link.isOpen() || readable == null;
        if (orders.isResyncWanted() && possible && !orders.isPaused() && orders.takeResync()) {
            readable = null;
            condemned = true;
            standing.retryNow();
            LOG.warn("event=resync replica={} reason=\"asked for\"", site.name());
            standing.become(ReplicaState.SEEDING, "asked for");
        }
        if (orders.isPaused() && !standing.is(ReplicaState.DIVERGED)) {
            standing.become(ReplicaState.STOPPED, PAUSED);
        }
    }

    /** Lets the primary know that a replica which applies nothing is still there, and why. */
    private void remainHeard() {
        LogSource connected = link.source();
        ReplicaStore opened = store;
        if (connected != null && opened != null) {
            try {
                if (link.report(connected, opened.applied(), opened.durable(), standing.state())) {
                    ask(connected::askOrders);
                    heedOrders(connected, opened);
                }
            } catch (PrimaryLost | SQLException e) {
                LOG.debug("event=not_reported replica={} reason=\"{}\"", site.name(), e.getMessage());
                link.close();
            }
        }
    }

    /** Does what waits at the primary to be done. */
    private void heedOrders(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost {
        if (connected.orders().resync() && !condemned) {
            orders.resync();
        }
        link.describe(connected, opened);
    }

    private int step() throws SQLException, PrimaryLost, ApplyFailure {
        ReplicaStore opened = store;
        if (opened == null) {
            opened = ReplicaStore.find(site, null).orElse(null);
            store = opened;
            readable = condemned || opened == null || !opened.isConfirmed() ? null : opened;
        }
        LogSource connected = link.source();
        if (connected == null) {
            connected = link.open();
            shake(connected, opened);
            if (opened != null && !condemned) {
                Ancestry.require(site, connected, opened);
                copies.forget();
            }
        }
        if (opened == null || condemned) {
            copy(connected, opened);
            condemned = false;
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

    private int follow(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost, ApplyFailure {
        copies.report(connected);
        if (readable == null) {
            admitReaders(connected, opened);
        }
        opened.enlargeBatches(orders.areBatchesLarge());
        int count = following.follow(connected, opened);
        link.report(connected, opened.applied(), opened.durable(), standing.state());
        heedOrders(connected, opened);
        return orders.isResyncWanted() ? Math.max(1, count) : count;
    }

    /** Lets readers see a copy when the primary cannot lose any more of what it holds. */
    private void admitReaders(LogSource connected, ReplicaStore opened) throws SQLException, PrimaryLost {
        if (ask(connected::durable).compareTo(opened.applied().lsn()) >= 0) {
            opened.confirm();
            readable = opened;
        }
    }

    /** Takes the replica from its readers and copies the primary anew. */
    private void copy(LogSource connected, @Nullable ReplicaStore old) throws SQLException, PrimaryLost {
        readable = null;
        standing.become(ReplicaState.SEEDING, "");
        try {
            new LostTail(site, recent).save(connected);
            store = null;
            ReplicaStore copy = copies.make(connected, old);
            store = copy;
            handshake.shake(connected, copy.environment());
            recent.clear();
            copy.flushIfDue(nanoClock.getAsLong());
        } catch (SQLException | PrimaryLost | RuntimeException | Error e) {
            if (old != null) {
                old.close();
            }
            throw e;
        }
        standing.forgetFailures();
        standing.become(ReplicaState.CATCHING_UP, "");
    }

    /**
     * Whether a new copy is the answer: to another history always, to an entry that does not fit this store's data unless the copy is fresh, since
     * what H2 recovers after a crash may not fit, or somebody may have changed rows of either side. If it does not fit a fresh copy either, a person must look.
     */
    private boolean isToBeCopiedAnew(ApplyFailure failure) {
        return failure.remedy() == ApplyFailure.Remedy.RESEED
                || (failure.remedy() == ApplyFailure.Remedy.NONE && !copies.isFresh());
    }

    private int fail(ApplyFailure failure) {
        switch (failure.remedy()) {
            case RETRY -> standing.stallByStore(failure);
            case REOPEN -> {
                closeStore();
                standing.stallByStore(failure);
            }
            case NONE, RESEED -> {
                readable = null;
                link.tellDivergence(failure);
                LOG.error(
                        "event=diverged replica={} lsn={} reason={} action=none remedy=\"weir-replicator resync copies it anew\"",
                        site.name(),
                        failure.lsn(),
                        failure.getMessage());
                standing.become(ReplicaState.DIVERGED, String.valueOf(failure.getMessage()));
            }
        }
        return 0;
    }

    /** Takes the replica from its readers; the next step copies it anew. */
    private int condemn(ApplyFailure failure) {
        readable = null;
        condemned = true;
        link.tellDivergence(failure);
        LOG.error(
                "event=diverged replica={} lsn={} reason={} action=reseed",
                site.name(),
                failure.lsn(),
                failure.getMessage());
        standing.become(ReplicaState.SEEDING, String.valueOf(failure.getMessage()));
        return 1;
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
        closed = true;
        standing.become(ReplicaState.STOPPED, "");
        remainHeard();
        link.close();
        closeStore();
        try {
            recent.close();
        } catch (SQLException e) {
            LOG.debug("event=close_failed replica={} reason=\"{}\"", site.name(), e.getMessage());
        }
    }
}
