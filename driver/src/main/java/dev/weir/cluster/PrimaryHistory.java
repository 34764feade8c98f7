package dev.weir.cluster;

import java.util.Arrays;

/**
 * The primary's samples: rising rounds with rising positions. A sample is dropped when a newer one makes it useless, and the older
 * half is thinned when there are many, which makes replicas look staler, never fresher. Confined to one thread.
 */
final class PrimaryHistory {
    private static final int MOST = 2048;

    private long[] rounds = new long[64];
    private long[] lsns = new long[64];
    private long[] nanos = new long[64];
    private int size;

    /** Adds a sample of a later round than all before. */
    void add(long round, long lsn, long sentNanos) {
        while (size > 0 && lsns[size - 1] >= lsn) {
            size--;
        }
        makeRoom();
        rounds[size] = round;
        lsns[size] = lsn;
        nanos[size] = sentNanos;
        size++;
    }

    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The number of the newest probe that found the primary at or before this position; -1 if none did. */
    long newestRoundAtMost(long lsn) {
        int newest = lsn < 0 ? -1 : newestAtMost(lsn);
        return newest < 0 ? -1 : round(newest);
    }

    /** The index of the newest sample whose position is at most this one; -1 if there is none. */
    int newestAtMost(long lsn) {
        int found = Arrays.binarySearch(lsns, 0, size, lsn);
        return found >= 0 ? found : -found - 2;
    }

    long round(int index) {
        return rounds[index];
    }

    long nanos(int index) {
        return nanos[index];
    }

    private void makeRoom() {
        if (size == MOST) {
            thin();
        } else if (size == rounds.length) {
            rounds = Arrays.copyOf(rounds, size * 2);
            lsns = Arrays.copyOf(lsns, size * 2);
            nanos = Arrays.copyOf(nanos, size * 2);
        }
    }

    private void thin() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (i >= size / 2 || i % 2 == 0) {
                rounds[kept] = rounds[i];
                lsns[kept] = lsns[i];
                nanos[kept] = nanos[i];
                kept++;
            }
        }
        size = kept;
    }
}
