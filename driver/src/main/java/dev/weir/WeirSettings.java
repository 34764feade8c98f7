package dev.weir;

import dev.weir.capture.CaptureSettings;
import dev.weir.cluster.ClusterSettings;
import dev.weir.routing.RoutingSettings;
import java.util.Set;

/**
 * All that a URL and its properties ask for. Immutable. Its text form has no credentials.
 *
 * @param cluster which nodes, as whom, and how to pool and probe them
 * @param routing how reads are routed
 * @param capture how changes are logged on H2
 * @param readOnlyFunctions functions that the user declares free of side effects, as written
 * @param logMaxLag how many entries of the log a replica may lack before writers wait; 0 for any number
 * @param url the URL as it may be shown, without credentials
 */
record WeirSettings(
        ClusterSettings cluster,
        RoutingSettings routing,
        CaptureSettings capture,
        Set<String> readOnlyFunctions,
        long logMaxLag,
        String url) {
    WeirSettings {
        readOnlyFunctions = Set.copyOf(readOnlyFunctions);
    }

    @Override
    public int hashCode() {
        return 31 * cluster.hashCode() + url.hashCode();
    }

    @Override
    public String toString() {
        return url;
    }
}
