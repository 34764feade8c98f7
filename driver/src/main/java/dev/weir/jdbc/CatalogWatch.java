package dev.weir.jdbc;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.SchemaDefinitions;
import dev.weir.sql.Classifier;
import dev.weir.sql.Schema;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the classifier's catalog as new as the cluster's, so that a read through a view or a function which does what a replica would
 * do silently, such as drawing from a sequence of H2 or taking an advisory lock of PostgreSQL, goes to the primary. Thread-safe.
 */
final class CatalogWatch {
    private final Cluster cluster;
    private final Classifier classifier;
    private final AtomicLong newestChange = new AtomicLong();
    private final AtomicBoolean adopting = new AtomicBoolean();
    private volatile @Nullable SchemaDefinitions adopted;

    CatalogWatch(Cluster cluster, Classifier classifier) {
        this.cluster = cluster;
        this.classifier = classifier;
    }

    /**
     * Notes that this JVM may have committed a schema change. Never blocks.
     *
     * @param lsn the position of the commit in the log of H2; -1 if nothing is known to have been committed, or on PostgreSQL
     * @param unlikely whether reads need not wait for the definitions to be read, as after a call of a routine
     */
    void changed(long lsn, boolean unlikely) {
        if (lsn < 0) {
            long change = cluster.schemaChanged();
            await(unlikely ? -1 : change);
        } else if (lsn > newestChange.get()) {
            await(lsn);
            cluster.schemaChanged();
        }
    }

    private void await(long change) {
        newestChange.accumulateAndGet(change, Math::max);
        cluster.changed();
    }

    /**
     * Brings the classifier up to date. At most three volatile reads if it is.
     *
     * @return whether verdicts given before may be wrong
     */
    @SuppressWarnings("ReferenceEquality") // equal ones are taken over, too, so that all later reads find the same
    boolean update() {
        SchemaDefinitions now = cluster.definitions();
        if (now == null || now == adopted || !adopting.compareAndSet(false, true)) {
            return false;
        }
        try {
            return adopt();
        } finally {
            adopting.set(false);
        }
    }

    private boolean adopt() {
        SchemaDefinitions now = cluster.definitions();
        SchemaDefinitions known = adopted;
        if (now == null) {
            return false;
        }
        Schema before = known == null ? null : known.schema();
        boolean differs = !now.schema().equals(before);
        if (differs) {
            classifier.update(now.schema());
        }
        adopted = now;
        cluster.changed();
        return differs;
    }

    /** Whether the newest definitions are in use and no newer change is known. At most three volatile reads. */
    @SuppressWarnings("ReferenceEquality") // equal ones that are not the same take the longer way
    boolean isSettled() {
        SchemaDefinitions known = adopted;
        return known != null && known == cluster.definitions() && known.covers() >= newestChange.get();
    }

    /** False while the newest schema is not known, so that no read may be tried on a replica. */
    boolean isComplete() {
        SchemaDefinitions known = adopted;
        return known != null && known.covers() >= newestChange.get() && isNewest(known);
    }

    /** Whether another thread is not just taking over newer definitions. */
    private boolean isNewest(SchemaDefinitions known) {
        SchemaDefinitions now = cluster.definitions();
        return now != null && (now.equals(known) || now.schema().equals(known.schema()));
    }

    /** Waits until {@link #isComplete}, at most for the time given; says whether it is. */
    boolean awaitComplete(Duration patience) throws InterruptedException {
        long deadline = cluster.nanos() + patience.toNanos();
        update();
        while (!isComplete()) {
            long left = deadline - cluster.nanos();
            if (left <= 0) {
                return false;
            }
            cluster.awaitSamples(Duration.ofNanos(left));
            update();
        }
        return true;
    }
}
