package dev.weir.routing;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterSettings;
import dev.weir.cluster.Node;
import dev.weir.sql.SqlDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The clocks of scope {@link SessionScope#APPLICATION}: one for the same nodes, user and cluster. They outlive the cluster's pools and
 * monitor, so that the promise holds across an idle time. Thread-safe.
 */
final class CausalClocks {
    private static final ConcurrentMap<Key, CausalClock> CLOCKS = new ConcurrentHashMap<>();

    private CausalClocks() {}

    private record Key(
            SqlDialect dialect, ClusterSettings.Topology topology, String user, List<String> urls, String cluster) {
        @Override
        public int hashCode() {
            return 31 * urls.hashCode() + cluster.hashCode();
        }
    }

    /** The clock of all connections like one that is made now; the cluster must be ready. */
    static Routing.SharedClock ofApplication(Cluster cluster) {
        ClusterSettings settings = cluster.settings();
        List<String> urls = new ArrayList<>();
        for (Node node : cluster.nodes()) {
            urls.add(node.url());
        }
        Key key = new Key(
                settings.dialect(),
                settings.topology(),
                settings.user(),
                urls,
                cluster.view().cluster());
        CausalClock unused = CausalClock.shared(urls.size(), cluster.view().lineage());
        CausalClock known = CLOCKS.putIfAbsent(key, unused);
        return new Routing.SharedClock(key.cluster(), known == null ? unused : known);
    }
}
