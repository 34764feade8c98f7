package dev.weir.it.bench.load;

import java.util.List;

/**
 * What came out for one way, one mix and one number of replicas.
 *
 * @param perSecond operations a second in each window
 * @param all what was done in all windows together
 * @param byReplicas the share of the load's statements that replicas executed
 * @param failure the newest failure's message; empty if there was none
 */
public record Result(
        Way way, Mix mix, int replicas, List<Double> perSecond, Score all, double byReplicas, String failure) {
    public Result {
        perSecond = List.copyOf(perSecond);
    }

    /** Operations a second. */
    public double mean() {
        return perSecond.stream().mapToDouble(each -> each).average().orElse(Double.NaN);
    }

    /** The standard deviation of the windows. */
    public double deviation() {
        double mean = mean();
        double squares = perSecond.stream()
                .mapToDouble(each -> (each - mean) * (each - mean))
                .sum();
        return perSecond.size() < 2 ? 0 : Math.sqrt(squares / (perSecond.size() - 1));
    }
}
