package dev.weir.it.fault;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that read without pause, each on a connection of its own, and how long each read took. Thread-safe. */
final class SteadyReads implements AutoCloseable {
    private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong done = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** @param began as {@link System#nanoTime} */
    record Read(int reader, long began, long nanos) {}

    /** Opens a connection. */
    interface Opener {
        Connection open() throws SQLException;
    }

    SteadyReads(int readers, Opener opener, String sql, int queryTimeout) {
        for (int i = 0; i < readers; i++) {
            int reader = i;
            Thread thread = new Thread(() -> read(reader, opener, sql, queryTimeout), "reader-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void read(int reader, Opener opener, String sql, int queryTimeout) {
        try (Connection connection = opener.open();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(queryTimeout);
            while (!stopped) {
                long began = System.nanoTime();
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                } catch (SQLException e) {
                    failures.add(e);
                }
                reads.add(new Read(reader, began, System.nanoTime() - began));
                done.incrementAndGet();
            }
        } catch (SQLException e) {
            failures.add(e);
        }
    }

    long done() {
        return done.get();
    }

    /** Whether each reader has ended a read that it began after a moment of {@link System#nanoTime}. */
    boolean haveAllReadSince(long nanos) {
        return reads.stream()
                        .filter(read -> read.began - nanos > 0)
                        .mapToInt(Read::reader)
                        .distinct()
                        .count()
                == threads.size();
    }

    /** What went wrong until now; a read that failed is also among the reads. */
    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** The slowest of the reads that ended after a moment of {@link System#nanoTime}. */
    Duration slowestSince(long nanos) {
        return Duration.ofNanos(reads.stream()
                .filter(read -> read.began + read.nanos - nanos > 0)
                .mapToLong(Read::nanos)
                .max()
                .orElse(0));
    }

    /** The median of the reads that began after a moment. */
    Duration medianSince(long nanos) {
        long[] times = reads.stream()
                .filter(read -> read.began - nanos > 0)
                .mapToLong(Read::nanos)
                .sorted()
                .toArray();
        return Duration.ofNanos(times.length == 0 ? 0 : times[times.length / 2]);
    }

    /** Stops the readers and waits for their ends. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(20).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
