package dev.weir.replicator.store;

import org.h2.mvstore.MVStore;
import org.h2.mvstore.RandomAccessStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the file of an open store, to which versions are only appended, shorter again: by small rounds, each of which gains more than it writes, since sessions that write a lot wait while one lasts.
 * Confined to one thread.
 */
final class Compaction {
    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

    private static final int ROUNDS_PER_GROWTH = 32;
    private static final long LEAST_ROUND_BYTES = 256 * 1024;

    /** A round moves at most what has come since the last one, what it has itself rewritten, and twice as much again. */
    private static final int MOVED_PER_REWRITTEN = 4;

    private static final int VERSIONS_UNTIL_FREE = 2;
    /** Where H2 finds that chunks need no rewriting, and a file has little space in it. */
    private static final int FULL_PERCENT = 90;

    private final MVStore store;
    private final long leastGrowth;
    private final int roundBytes;
    private long nextAt;
    private boolean begun;

    /** @param leastGrowth how many bytes the file may have at least in addition to what is alive in it */
    Compaction(MVStore store, long leastGrowth) {
        this.store = store;
        this.leastGrowth = leastGrowth;
        this.roundBytes = Math.toIntExact(Math.max(LEAST_ROUND_BYTES, leastGrowth / ROUNDS_PER_GROWTH));
        if (store.getFileStore() != null) {
            this.nextAt = tolerated();
        }
    }

    /** How large the file may become before it is compacted, by about how much of it is alive: what an earlier process left dead in it does not count. */
    private long tolerated() {
        long live = store.getFileStore().size()
                * store.getFileStore().getFillRate()
                / 100
                * store.getFileStore().getChunksFillRate()
                / 100;
        return live + Math.max(leastGrowth, live);
    }

    /**
     * Begins a round if the file has grown beyond what is tolerated: rewrites what lives in the chunks that are most dead. They are free only in the second version from then, and while sessions
     * write, little would be free if nobody took these at once. The versions are appended, like all others: until they are on the disk, nothing that an older one needs may be overwritten.
     *
     * @return whether {@link #shorten} is to follow
     */
    boolean begin() {
        if (!(store.getFileStore() instanceof RandomAccessStore file) || file.size() <= nextAt) {
            return false;
        }
        if (begun) {
            return true;
        }
        reusing(() -> store.compact(FULL_PERCENT, roundBytes));
        for (int version = 0; version < VERSIONS_UNTIL_FREE; version++) {
            store.commit();
        }
        begun = true;
        return true;
    }

    /**
     * Moves the end of the file into space that is free, and cuts it off. Call it while a version is on the disk, a whole one if that can be, and take another at once, for which there is a change: the end of the file, where a
     * version is looked for after a crash, is not the newest version's until then.
     */
    void shorten() {
        if (store.getFileStore() instanceof RandomAccessStore file) {
            long before = file.size();
            begun = false;
            if (file.getFillRate() < FULL_PERCENT) {
                reusing(() -> FileTail.moveForward(file, store, (long) MOVED_PER_REWRITTEN * roundBytes));
            }
            store.setStoreVersion(store.getStoreVersion());
            nextAt = Math.max(tolerated(), file.size() + roundBytes);
            LOG.debug("event=store_compacted bytes={} before={}", file.size(), before);
        }
    }

    /** H2 neither rewrites nor moves where space is not reused. */
    private void reusing(Runnable act) {
        store.setReuseSpace(true);
        try {
            act.run();
        } finally {
            store.setReuseSpace(false);
        }
    }
}
