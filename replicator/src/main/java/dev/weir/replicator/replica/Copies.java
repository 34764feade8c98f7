package dev.weir.replicator.replica;

import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.PrimaryAccess;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copies of its primary that a replica makes. Confined to the replication's thread, except {@link #progress}, which any thread may ask. */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    /** How long a copy is taken for what the primary is, so that another would not fit either. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private final ReplicaSite site;
    private final PrimaryLink link;
    private final Standing standing;
    private final LongSupplier nanoClock;
    private final Seeder seeder;
    private boolean made;
    private long madeAt;
    private boolean unreported;
    private volatile @Nullable SeedProgress progress;

    Copies(ReplicaSite site, PrimaryAccess primary, PrimaryLink link, Standing standing, LongSupplier nanoClock) {
        this.site = site;
        this.link = link;
        this.standing = standing;
        this.nanoClock = nanoClock;
        this.seeder = new Seeder(site, primary, this::heed);
    }

    /** How the copying of the primary goes on; empty if there is none under way. */
    Optional<SeedProgress> progress() {
        return Optional.ofNullable(progress);
    }

    /**
     * Copies the primary and opens the copy.
     *
     * @param old the store to replace, which is closed; null if there is none
     */
    ReplicaStore make(LogSource connected, @Nullable ReplicaStore old) throws SQLException, PrimaryLost {
        ReplicaStore copy;
        try {
            copy = seeder.seed(connected, old);
        } catch (SQLException e) {
            if (PrimaryAccess.isLost(e)) {
                throw new PrimaryLost(e);
            }
            throw e;
        } finally {
            progress = null;
        }
        made = true;
        madeAt = nanoClock.getAsLong();
        unreported = true;
        return copy;
    }

    private void heed(SeedProgress news) throws SQLException {
        progress = news;
        standing.say(news.toString());
        LOG.info(
                "event=seeding replica={} phase={} rows={} of={} left={}",
                site.name(),
                news.phase(),
                news.rows(),
                news.total(),
                news.left().map(left -> left.toSeconds() + "s").orElse("unknown"));
        link.report(news);
    }

    /** Whether this run has made one so lately that another one would be no other. */
    boolean isFresh() {
        return made && nanoClock.getAsLong() - madeAt < FRESH.toNanos();
    }

    /** Ends an order to make one. */
    void report(LogSource connected) throws PrimaryLost {
        if (unreported) {
            PrimaryLost.tell(() -> connected.endResync(site.name()));
            unreported = false;
        }
    }

    /** Removes what a copying that was cut short has left. */
    void forget() throws SQLException {
        seeder.forget();
    }
}
