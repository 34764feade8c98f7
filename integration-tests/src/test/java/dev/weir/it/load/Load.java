package dev.weir.it.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An application of many writing and reading threads on the tables of {@link LoadTables}. Thread-safe. */
public final class Load implements AutoCloseable {
    private final LoadSettings settings;
    private final Tally tally = new Tally();
    private final Acknowledged acknowledged;
    private final Outage outage = new Outage();
    private final AtomicBoolean writersStopped = new AtomicBoolean();
    private final AtomicBoolean readersStopped = new AtomicBoolean();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<@Nullable Void>> writers = new ArrayList<>();
    private final List<Future<@Nullable Void>> readers = new ArrayList<>();

    private Load(LoadSettings settings) {
        this.settings = settings;
        this.acknowledged = new Acknowledged(settings.writers());
    }

    /** Starts the threads; returns at once. */
    public static Load start(LoadSettings settings, Connections connections) {
        Load load = new Load(settings);
        for (int reader = 0; reader < settings.readers(); reader++) {
            Callable<@Nullable Void> reading = new Reader(
                    settings.seed() * 31 + reader,
                    connections,
                    load.acknowledged,
                    load.tally,
                    load.outage,
                    load.readersStopped::get);
            load.readers.add(load.threads.submit(reading));
        }
        for (int writer = 0; writer < settings.writers(); writer++) {
            Callable<@Nullable Void> writing = new Writer(
                    writer,
                    settings,
                    connections,
                    load.acknowledged,
                    load.tally,
                    load.outage,
                    load.writersStopped::get);
            load.writers.add(load.threads.submit(writing));
        }
        return load;
    }

    /** What has happened so far. */
    public Tally tally() {
        return tally;
    }

    /** What has been acknowledged so far. */
    public Acknowledged acknowledged() {
        return acknowledged;
    }

    /** Has threads that lose their primary from now on wait until {@link #endOutage} rather than try again at once. */
    public void beginOutage() {
        outage.begin();
    }

    public void endOutage() {
        outage.end();
    }

    /** Waits until the writers have done all their transactions, then ends the readers. */
    public Tally await() throws InterruptedException {
        await(writers);
        readersStopped.set(true);
        await(readers);
        return tally;
    }

    /** Lets each writer finish its transaction and no more, then ends the readers. */
    public Tally stop() throws InterruptedException {
        writersStopped.set(true);
        return await();
    }

    private void await(List<Future<@Nullable Void>> running) throws InterruptedException {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        for (Future<@Nullable Void> thread : running) {
            try {
                thread.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException late) {
                throw new AssertionError(
                        "Load " + settings + " hangs after " + settings.patience() + ": " + tally, late);
            } catch (ExecutionException failure) {
                throw new AssertionError("Load " + settings + " failed: " + failure.getCause(), failure.getCause());
            }
        }
    }

    /** Ends the threads whatever they do. */
    @Override
    public void close() {
        writersStopped.set(true);
        readersStopped.set(true);
        threads.shutdownNow();
    }
}
