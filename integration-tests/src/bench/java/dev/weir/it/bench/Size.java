package dev.weir.it.bench;

import dev.weir.it.bench.load.Mix;
import dev.weir.it.bench.load.Way;
import java.time.Duration;
import java.util.List;

/** How thoroughly the report is made: {@code SMALL} takes some thirty-five minutes on two idle cores, {@code FULL} at some hours. */
enum Size {
    SMALL("-f 1 -wi 3 -w 800ms -i 3 -r 500ms", 3, List.of(1, 2, 4, 8), 3, Duration.ofMillis(400), 30),
    MEDIUM("-f 1 -wi 2 -w 1 -i 4 -r 1", 5, List.of(1, 2, 4, 8), 4, Duration.ofMillis(1000), 100),
    FULL("-f 3 -wi 3 -w 2 -i 5 -r 2", 11, List.of(1, 2, 4, 8), 10, Duration.ofSeconds(2), 300);

    private final String jmh;
    private final int starts;
    private final List<Integer> replicas;
    private final int windows;
    private final Duration window;
    private final int logSeconds;

    Size(String jmh, int starts, List<Integer> replicas, int windows, Duration window, int logSeconds) {
        this.jmh = jmh;
        this.starts = starts;
        this.replicas = replicas;
        this.windows = windows;
        this.window = window;
        this.logSeconds = logSeconds;
    }

    /** JMH's own arguments. */
    String jmh() {
        return jmh;
    }

    /** How often each start is repeated; those on the stub are short. */
    int starts(Target target) {
        return target == Target.STUB ? 3 * starts : starts;
    }

    /** The numbers of replicas that loads run with, in ascending order. */
    List<Integer> replicas() {
        return replicas;
    }

    List<Mix> mixes() {
        return List.of(Mix.values());
    }

    int windows() {
        return windows;
    }

    Duration window() {
        return window;
    }

    Duration warmUp() {
        return this == SMALL ? window : window.multipliedBy(2);
    }

    /** How long writers without a pause are followed, for each kind of store. */
    int logSeconds() {
        return logSeconds;
    }

    /** Whether a load is run one way with so many replicas. */
    boolean runs(Way way, Mix mix, int count) {
        boolean scales = mix != Mix.READS && way != Way.WEIR_WAIT && way != Way.WEIR_EVENTUAL && way != Way.AWS;
        return way.usesReplicas() ? this != SMALL || scales || count == 1 || count == 4 : count == 1;
    }

    /** Whether a subject is measured with several threads. */
    boolean scales(Subject subject) {
        return this != SMALL || subject == Subject.RAW || subject == Subject.HIKARICP || subject == Subject.WEIR;
    }

    /** The operations that are measured where each costs a start of a JVM with servers; all in the full size. */
    String operations() {
        return this == SMALL
                ? "JdbcBenchmark\\.(preparedRead|preparedUpdate|prepareReadClose|literalRead|openReadClose)$"
                : "JdbcBenchmark";
    }
}
