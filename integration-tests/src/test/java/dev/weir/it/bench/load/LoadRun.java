package dev.weir.it.bench.load;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** Clients at work on a {@link Fleet} without a pause, watched window after window. Confined to one thread. */
public final class LoadRun {
    /** How many operations each client does before any is counted, unless they take too long. */
    private static final int WARM = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Fleet fleet;
    private final Duration warmUp;
    private final Duration window;
    private final int windows;
    private final long seed;

    public LoadRun(Fleet fleet, Duration warmUp, Duration window, int windows, long seed) {
        this.fleet = fleet;
        this.warmUp = warmUp;
        this.window = window;
        this.windows = windows;
        this.seed = seed;
    }

    /** Runs one mix one way with so many replicas. */
    public Result run(Way way, Mix mix, int replicas) throws Exception {
        fleet.reset(mix);
        // Enough to keep every slot busy however unevenly they are spread.
        int clients = 16 + 8 * replicas;
        Way.Entrance entrance = way.open(fleet.address(replicas, clients + 4));
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            AtomicLongArray acknowledged = new AtomicLongArray(Client.KEYS);
            List<Worker> workers = new ArrayList<>();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Worker worker = new Worker(entrance, mix, new Client(i, clients, acknowledged, seed));
                workers.add(worker);
                running.add(threads.submit(worker));
            }
            Result result = watch(workers, way, mix, replicas);
            workers.forEach(Worker::stop);
            for (Future<?> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
            return result;
        } finally {
            threads.shutdownNow();
            entrance.end().run();
        }
    }

    /** Pools fill first, and connections to further nodes are opened when they are needed. */
    private void warmUp(List<Worker> workers) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (workers.stream().anyMatch(each -> each.score().attempts() < WARM) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        TimeUnit.NANOSECONDS.sleep(warmUp.toNanos());
    }

    private Result watch(List<Worker> workers, Way way, Mix mix, int replicas) throws InterruptedException {
        warmUp(workers);
        List<Double> perSecond = new ArrayList<>();
        Score first = score(workers);
        List<Long> executed = fleet.executed();
        Score last = first;
        long began = System.nanoTime();
        for (int i = 0; i < windows; i++) {
            TimeUnit.NANOSECONDS.sleep(window.toNanos());
            Score now = score(workers);
            long ended = System.nanoTime();
            perSecond.add((now.operations() - last.operations()) * 1e9 / (ended - began));
            last = now;
            began = ended;
        }
        return new Result(
                way,
                mix,
                replicas,
                perSecond,
                last.minus(first),
                byReplicas(executed, fleet.executed()),
                failure(workers));
    }

    private static double byReplicas(List<Long> before, List<Long> after) {
        long all = 0;
        for (int i = 0; i < after.size(); i++) {
            all += after.get(i) - before.get(i);
        }
        return 1 - (after.get(0) - before.get(0)) / (double) Math.max(1, all);
    }

    private static Score score(List<Worker> workers) {
        return workers.stream().map(Worker::score).reduce(Score.NONE, Score::plus);
    }

    private static String failure(List<Worker> workers) {
        for (Worker worker : workers) {
            SQLException failure = worker.failure();
            if (failure != null) {
                return failure.getSQLState() + " " + failure.getMessage();
            }
        }
        return "";
    }
}
