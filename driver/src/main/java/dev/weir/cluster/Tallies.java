package dev.weir.cluster;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tallies of one node's connections: as many as there ever were at a time, each lent again and again. Thread-safe; lending takes no lock
 * unless there are more connections than ever before.
 */
final class Tallies {
    private static final int SCATTER = 0x9E3779B9;

    /** A power of two. */
    private static final int MOST_ASKED = 16;

    private final ReentrantLock growing = new ReentrantLock();

    /** As many as a power of two. */
    private volatile Tally[] all = {new Tally(), new Tally()};

    /** A tally that nobody else writes until it is given back; most often the one that the thread has had before. */
    Tally lend() {
        while (true) {
            Tally[] now = all;
            int start = ((int) Thread.currentThread().getId() * SCATTER) >>> Short.SIZE;
            for (int i = 0; i < now.length; i++) {
                Tally tally = now[(start + i) & (now.length - 1)];
                if (tally.lend()) {
                    return tally;
                }
            }
            grow(now);
        }
    }

    @SuppressWarnings("ReferenceEquality") // another thread may have put a longer one in its place
    private void grow(Tally[] known) {
        growing.lock();
        try {
            if (all == known) {
                Tally[] more = Arrays.copyOf(known, known.length * 2);
                for (int i = known.length; i < more.length; i++) {
                    more[i] = new Tally();
                }
                all = more;
            }
        } finally {
            growing.unlock();
        }
    }

    /** About how many reads run: exact while there are few tallies, else what a part of them, taken at random, stands for. */
    long load() {
        Tally[] now = all;
        if (now.length <= MOST_ASKED) {
            return running();
        }
        int start = ThreadLocalRandom.current().nextInt(now.length);
        long sum = 0;
        for (int i = 0; i < MOST_ASKED; i++) {
            sum += now[(start + i) & (now.length - 1)].running();
        }
        return sum * (now.length / MOST_ASKED);
    }

    long running() {
        long sum = 0;
        for (Tally tally : all) {
            sum += tally.running();
        }
        return sum;
    }

    long reads() {
        long sum = 0;
        for (Tally tally : all) {
            sum += tally.reads();
        }
        return sum;
    }

    long writes() {
        long sum = 0;
        for (Tally tally : all) {
            sum += tally.writes();
        }
        return sum;
    }
}
