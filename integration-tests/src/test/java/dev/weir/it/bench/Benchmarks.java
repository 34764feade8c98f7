package dev.weir.it.bench;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks with JMH's own command line arguments, with both profilers, and prints each subject's cost beside the plain
 * driver's.
 */
public final class Benchmarks {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        CommandLineOptions options = new CommandLineOptions(arguments);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(options)
                        .addProfiler(GCProfiler.class)
                        .addProfiler(CpuTimeProfiler.class)
                        .build())
                .run();
        print(results);
    }

    private static void print(Collection<RunResult> results) {
        Map<String, RunResult> raw = new TreeMap<>();
        for (RunResult result : results) {
            if (subject(result).equals(Subject.RAW.name())) {
                raw.put(operation(result), result);
            }
        }
        System.out.printf(
                "%n%-30s %-9s %10s %10s %10s %12s %12s%n",
                "operation", "subject", "ns", "CPU ns", "bytes", "CPU over raw", "bytes over raw");
        for (RunResult result : results) {
            RunResult plain = raw.getOrDefault(operation(result), result);
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %-9s %10.1f %10.1f %10.1f %12.1f %12.1f%n",
                    operation(result),
                    subject(result),
                    result.getPrimaryResult().getScore(),
                    score(result, CpuTimeProfiler.NAME),
                    score(result, ALLOCATION),
                    score(result, CpuTimeProfiler.NAME) - score(plain, CpuTimeProfiler.NAME),
                    score(result, ALLOCATION) - score(plain, ALLOCATION));
        }
    }

    private static String subject(RunResult result) {
        return result.getParams().getParam("subject");
    }

    private static String operation(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        return result.getParams().getParam("target") + " " + benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    private static double score(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        return found == null ? Double.NaN : found.getScore();
    }
}
