package dev.weir.replicator.replica;

/** What others want a replication to do, until its own thread does it. Thread-safe. */
final class Orders {
    private volatile boolean paused;
    private volatile boolean restart;
    private volatile boolean resync;
    private volatile boolean largeBatches;

    void pause(boolean wanted) {
        paused = wanted;
    }

    void restart() {
        restart = true;
    }

    void resync() {
        resync = true;
    }

    void enlargeBatches() {
        largeBatches = true;
    }

    boolean areBatchesLarge() {
        return largeBatches;
    }

    boolean isPaused() {
        return paused;
    }

    boolean isResyncWanted() {
        return resync;
    }

    /** Whether a restart was wanted, once. Confined to the replication's thread. */
    boolean takeRestart() {
        boolean wanted = restart;
        restart = false;
        return wanted;
    }

    /** Whether a new copy was wanted, once. Confined to the replication's thread. */
    boolean takeResync() {
        boolean wanted = resync;
        resync = false;
        return wanted;
    }
}
