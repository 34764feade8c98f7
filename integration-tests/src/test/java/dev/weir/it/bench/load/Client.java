package dev.weir.it.bench.load;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One client: the keys that it alone writes, what it has written, and what all have been told. Each key has a version, which grows with each
 * write. Confined to one thread but for what is shared.
 */
final class Client {
    /** How many keys there are. */
    static final int KEYS = 10_000;

    private final int number;
    private final int clients;
    private final AtomicLongArray acknowledged;
    private final long[] own = new long[KEYS];
    private final Random random;
    private int newest;

    /**
     * @param clients how many there are
     * @param acknowledged the newest acknowledged version of each key
     */
    Client(int number, int clients, AtomicLongArray acknowledged, long seed) {
        this.number = number;
        this.clients = clients;
        this.acknowledged = acknowledged;
        this.random = new Random(seed * 1_000 + number);
        this.newest = number;
    }

    Random random() {
        return random;
    }

    /** A key of its own to write. */
    int keyToWrite() {
        return number + clients * random.nextInt(KEYS / clients);
    }

    /** A key to read: one in four times what it has written last. */
    int keyToRead() {
        return random.nextInt(4) == 0 ? newest : random.nextInt(KEYS);
    }

    /** The version that a write of its key gives. */
    long nextVersion(int key) {
        return own[key] + 1;
    }

    /** A write of a key was acknowledged. */
    void written(int key) {
        own[key]++;
        acknowledged.set(key, own[key]);
        newest = key;
    }

    /** The newest version of a key that anybody has been told of. */
    long told(int key) {
        return acknowledged.get(key);
    }

    /** @param told what {@link #told} gave before the read began */
    Missed judge(int key, long version, long told) {
        if (version < own[key]) {
            return Missed.OWN;
        }
        return version < told ? Missed.OTHERS : Missed.NOTHING;
    }
}
