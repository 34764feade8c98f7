package dev.weir.it.history;

import dev.weir.WeirDataSource;
import dev.weir.it.WeirNodes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;

/** One random history of a cluster under faults, which its seed repeats as far as threads allow. Confined to one thread. */
final class HistoryRun {
    private static final int SHARING = 6;
    private static final int ALONE = 4;
    private static final Duration QUIET = Duration.ofMillis(600);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

    private final Faults faults;
    private final long seed;
    private final boolean broken;
    private final History history = new History();
    private final Failures failures = new Failures();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<String> struck = new ArrayList<>();
    private long replicaReads;

    /**
     * A run.
     *
     * @param broken whether the clients ask for less than they say that they were promised, as a router would that does not know levels
     */
    HistoryRun(Faults faults, long seed, boolean broken) {
        this.faults = faults;
        this.seed = seed;
        this.broken = broken;
    }

    History history() {
        return history;
    }

    /** SQLSTATEs that clients were told and cannot make sense of. */
    Set<String> strangeFailures() {
        return failures.strange();
    }

    /** How many reads replicas have served. */
    long replicaReads() {
        return replicaReads;
    }

    /** Runs clients and faults for so long; returns what was seen that should not have been. */
    List<String> violations(Duration length) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (WeirDataSource sharing = source("application");
                WeirDataSource alone = source("connection")) {
            createRegisters(sharing);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < SHARING + ALONE; i++) {
                boolean ownScope = i >= SHARING;
                clients.add(threads.submit(new Client(
                        ownScope ? alone::getConnection : sharing::getConnection,
                        ownScope,
                        faults.registers(),
                        history,
                        failures,
                        stopped::get,
                        random.split(),
                        broken)));
            }
            strike(random, length);
            stopped.set(true);
            for (Future<?> client : clients) {
                await(client);
            }
            try (Connection connection = sharing.getConnection()) {
                replicaReads = WeirNodes.replicaReads(connection);
            }
        } finally {
            stopped.set(true);
            threads.shutdownNow();
        }
        return Checker.violations(history, faults.replicasShowEarly());
    }

    /** On a starved machine the primary is not known at once, or not for a while. */
    private static void createRegisters(WeirDataSource source) {
        Awaitility.await("registers")
                .ignoreExceptionsMatching(HistoryRun::isConnectionError)
                .until(() -> {
                    try (Connection connection = source.getConnection()) {
                        Registers.create(connection);
                        return true;
                    }
                });
    }

    private static boolean isConnectionError(Throwable thrown) {
        return thrown instanceof SQLException failure
                && String.valueOf(failure.getSQLState()).startsWith("08");
    }

    private static void await(Future<?> client) throws InterruptedException, ExecutionException {
        try {
            client.get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException late) {
            throw new IllegalStateException("A client does not end within " + STOP_LIMIT, late);
        }
    }

    private void strike(SplittableRandom random, Duration length) throws SQLException {
        long end = System.nanoTime() + length.toNanos();
        long failOver = System.nanoTime() + (long) (length.toNanos() * (0.3 + 0.4 * random.nextDouble()));
        boolean failedOver = false;
        while (System.nanoTime() < end) {
            Faults.last(random, Duration.ofMillis(1), QUIET);
            if (!failedOver && System.nanoTime() > failOver) {
                faults.failOver();
                failedOver = true;
            }
            struck.add(faults.strike(random));
        }
    }

    private WeirDataSource source(String scope) {
        String url = faults.weirUrl();
        WeirDataSource source = new WeirDataSource();
        boolean isH2 = url.startsWith("jdbc:weir:h2:");
        source.setUrl(url + (isH2 ? ";" : "&") + "weir.sessionScope=" + scope
                + (isH2 ? ";" : "&") + "weir.waitForReplica=" + (seed % 2 == 0 ? "20ms" : "0ms")
                + (broken ? (isH2 ? ";" : "&") + "weir.consistency=eventual" : ""));
        source.setUser(faults.user());
        source.setPassword(faults.password());
        return source;
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + history.writes() + " writes, " + history.doubtful()
                + " doubtful or rolled back, reads: "
                + history.reads(Promise.SESSION) + " session, " + history.reads(Promise.STRONG) + " strong, "
                + history.reads(Promise.BOUNDED) + " bounded, " + history.reads(Promise.EVENTUAL) + " eventual, "
                + replicaReads + " by replicas; failures " + failures + "; faults " + struck;
    }
}
