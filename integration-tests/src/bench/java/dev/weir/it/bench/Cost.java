package dev.weir.it.bench;

import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What one operation cost one subject.
 *
 * @param nanos how long a thread took for it
 * @param cpuNanos CPU time of the benchmark's threads
 * @param cpuError half of the 99.9 % interval of the CPU time; not a number with fewer than three iterations
 * @param bytes bytes allocated
 */
record Cost(String operation, Subject subject, double nanos, double cpuNanos, double cpuError, double bytes) {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    static Cost of(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        Result<?> cpu = result.getSecondaryResults().get(CpuTimeProfiler.NAME);
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATION);
        return new Cost(
                benchmark.substring(benchmark.lastIndexOf('.') + 1),
                Subject.valueOf(result.getParams().getParam("subject")),
                result.getPrimaryResult().getScore(),
                cpu == null ? Double.NaN : cpu.getScore(),
                cpu == null ? Double.NaN : cpu.getScoreError(),
                allocated == null ? Double.NaN : allocated.getScore());
    }
}
