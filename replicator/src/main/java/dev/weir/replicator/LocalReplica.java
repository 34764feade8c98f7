package dev.weir.replicator;

import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.ReplicaStatus;
import dev.weir.replicator.replica.Replication;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A replica of this JVM with the thread that keeps it. Thread-safe; {@link #close} blocks for a round. */
public final class LocalReplica implements AutoCloseable {
    private final Replication replication;
    private final Duty duty;
    private final Duration rest;
    private volatile @Nullable Runner runner;
    private volatile boolean closed;
    private volatile String failure = "";

    /**
     * A replica whose thread has not been started.
     *
     * @param duty what its thread does in a round; it does the replication's work
     * @param rest how long to wait after a round in which nothing was done
     */
    public LocalReplica(Replication replication, Duty duty, Duration rest) {
        this.replication = replication;
        this.duty = new Watched(duty);
        this.rest = rest;
    }

    public String name() {
        return replication.site().name();
    }

    public ReplicaSite site() {
        return replication.site();
    }

    public ReplicaStatus status() {
        return replication.status();
    }

    /** The newest entry whose data its readers see, or -1 if it serves no reads. */
    public long appliedLsn() {
        return replication.appliedLsn();
    }

    long showingLsn() {
        return replication.showingLsn();
    }

    private boolean isRunning() {
        Runner current = runner;
        return current != null && current.isAlive();
    }

    /** What keeps its thread from working, whatever its state says; empty if nothing does. */
    public String trouble() {
        String failed = failure;
        if (!failed.isEmpty()) {
            return "its thread failed: " + failed;
        }
        return isRunning() ? "" : "its thread has ended";
    }

    /** Starts its thread, unless it runs. */
    public synchronized void start() {
        if (!closed && !isRunning()) {
            Runner started = new Runner("weir-" + name(), duty, rest);
            runner = started;
            started.start();
        }
    }

    /** Remembers whether the newest round failed. Confined to the runner's thread. */
    private final class Watched implements Duty {
        private final Duty watched;

        Watched(Duty watched) {
            this.watched = watched;
        }

        @Override
        public int work() {
            try {
                int done = watched.work();
                failure = "";
                return done;
            } catch (RuntimeException | Error e) {
                failure = String.valueOf(e);
                throw e;
            }
        }

        @Override
        public long paceNanos() {
            return watched.paceNanos();
        }
    }

    /** Ends its rest. Never blocks. */
    void wake() {
        Runner current = runner;
        if (current != null) {
            current.wake();
        }
    }

    /** Has it apply nothing more until {@link #resume}; it serves what it has. */
    public void pause() {
        replication.pause();
        wake();
    }

    public void resume() {
        replication.resume();
        wake();
    }

    /** Has it open its store and its session with the primary anew, on a new thread if the old one has died. */
    public void restart() {
        replication.restart();
        start();
        wake();
    }

    /** Has it apply more in one transaction and force its store less often. */
    public void enlargeBatches() {
        replication.enlargeBatches();
    }

    /** Has it copy the primary anew, out of rotation meanwhile. */
    public void resync() {
        replication.resync();
        start();
        wake();
    }

    @Override
    public void close() {
        Runner last;
        synchronized (this) {
            closed = true;
            last = runner;
        }
        if (last != null) {
            last.close();
        }
        replication.close();
    }
}
