package dev.weir.sql;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map that keeps what was asked for lately: two generations, of which the younger one takes in what is put and what is found in
 * the older one. When the younger one has reached half of the bound it becomes the older one, whose rest is forgotten; so whatever is asked
 * for once in every generation stays. Thread-safe; what is found in the younger generation costs no lock and no allocation. An entry
 * may be forgotten at any time, so none may matter but for speed.
 */
public final class Recent<K, V> {
    @SuppressWarnings("rawtypes") // an updater knows no type arguments
    private static final AtomicReferenceFieldUpdater<Recent, Generations> NOW =
            AtomicReferenceFieldUpdater.newUpdater(Recent.class, Generations.class, "now");

    private final int most;
    private volatile Generations<K, V> now = new Generations<>(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

    /** @param most how many entries it keeps, but for one or two for each thread that puts some at the same time */
    public Recent(int most) {
        this.most = most;
    }

    /** Both generations as they are at one time. */
    private record Generations<K, V>(ConcurrentMap<K, V> younger, ConcurrentMap<K, V> older) {}

    /** What is kept for a key; null if nothing is. */
    public @Nullable V get(K key) {
        Generations<K, V> generations = now;
        V value = generations.younger.get(key);
        if (value != null) {
            return value;
        }
        value = generations.older.get(key);
        if (value != null) {
            generations.younger.putIfAbsent(key, value);
            turnIfFull(generations);
        }
        return value;
    }

    /** Keeps a value in place of what is kept for the key. */
    public void put(K key, V value) {
        Generations<K, V> generations = now;
        generations.younger.put(key, value);
        turnIfFull(generations);
    }

    /** Begins a new generation: what is not asked for before the next one begins is forgotten then. */
    public void turn() {
        turn(now);
    }

    /** How many entries it keeps; one that is in both generations counts twice. */
    int size() {
        Generations<K, V> generations = now;
        return generations.younger.size() + generations.older.size();
    }

    private void turnIfFull(Generations<K, V> generations) {
        if (generations.younger.size() >= most / 2) {
            turn(generations);
        }
    }

    private void turn(Generations<K, V> generations) {
        NOW.compareAndSet(this, generations, new Generations<>(new ConcurrentHashMap<>(), generations.younger));
    }
}
