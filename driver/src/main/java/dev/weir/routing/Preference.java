package dev.weir.routing;

import java.util.HashSet;
import java.util.List;

/**
 * Which of several eligible replicas should get more reads. Immutable.
 *
 * @param zone where the application runs; empty if that does not matter
 * @param zones where each node runs, in the order of the nodes; empty if that does not matter
 * @param weights how many reads each node should get in proportion to the others, in the order of the nodes; 0 for none as long as
 *     another can serve; empty if all are alike
 */
public record Preference(String zone, List<String> zones, List<Integer> weights) {
    public static final int HEAVIEST = 1000;

    /** All nodes are alike. */
    public static final Preference NONE = new Preference("", List.of(), List.of());

    public Preference {
        zones = List.copyOf(zones);
        weights = List.copyOf(weights);
        for (int weight : weights) {
            if (weight < 0 || weight > HEAVIEST) {
                throw new IllegalArgumentException("A weight is outside 0 to " + HEAVIEST + ": " + weights);
            }
        }
    }

    int weight(int node) {
        return node < weights.size() ? weights.get(node) : 1;
    }

    /** Whether a node is no further away than it need be. */
    boolean isNear(int node) {
        return zone.isEmpty() || (node < zones.size() && zones.get(node).equals(zone));
    }

    boolean makesADifference() {
        return !zone.isEmpty() || new HashSet<>(weights).size() > 1;
    }
}
