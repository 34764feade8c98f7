package dev.weir.jdbc;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.SchemaDefinitions;
import dev.weir.sql.Catalog;
import dev.weir.sql.Classifier;
import dev.weir.sql.Kind;
import dev.weir.sql.SqlDialect;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the classifier's catalog as new as the cluster's, so that a read through an H2 view that consumes a sequence, which a replica
 * would do silently, goes to the primary. On PostgreSQL a standby refuses such a read by itself. Thread-safe.
 */
final class CatalogWatch {
    private final Cluster cluster;
    private final Classifier classifier;
    private final boolean watches;
    private final AtomicLong newestChange = new AtomicLong();
    private volatile @Nullable SchemaDefinitions adopted;

    CatalogWatch(Cluster cluster, Classifier classifier) {
        this.cluster = cluster;
        this.classifier = classifier;
        this.watches = cluster.dialect() == SqlDialect.H2;
    }

    /** Notes that this JVM may have committed a schema change at this position; -1 if it has not. Never blocks. */
    void changed(long lsn) {
        if (lsn > newestChange.get()) {
            newestChange.accumulateAndGet(lsn, Math::max);
            cluster.probeNow();
        }
    }

    /** Whether the cluster has read newer definitions than the classifier knows. At most two volatile reads. */
    boolean isOutdated() {
        return watches && !Objects.equals(adopted, cluster.definitions());
    }

    /** Brings the classifier up to date. */
    void update() {
        SchemaDefinitions now = cluster.definitions();
        if (now != null && isOutdated()) {
            adopt(now);
        }
    }

    /** False while the views of the newest schema are not known, so that no read may be tried on a replica. */
    boolean isComplete() {
        SchemaDefinitions known = adopted;
        return !watches || (known != null && known.lsn() >= newestChange.get());
    }

    private void adopt(SchemaDefinitions definitions) {
        classifier.update(new Catalog(volatileAmong(definitions.queries()), Set.of(), Set.of()));
        adopted = definitions;
    }

    /** The views whose query is no plain read, or reads such a view. */
    private Set<String> volatileAmong(Map<String, String> queries) {
        Classifier judge = classifier.fresh();
        Set<String> found = new HashSet<>();
        int before;
        do {
            before = found.size();
            judge.update(new Catalog(found, Set.of(), Set.of()));
            queries.forEach((name, query) -> {
                if (judge.classify(query).kind() != Kind.READ) {
                    found.add(name);
                }
            });
        } while (found.size() > before);
        return found;
    }
}
