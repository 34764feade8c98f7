package dev.weir.sql;

import java.util.Arrays;
import java.util.Collection;

/**
 * A set of tables, told by their names alone, whatever schema they are in and whatever their letter case. It holds at least the tables
 * it is meant to hold: two names are taken for the same one rather than missed. Immutable.
 */
public final class Tables {
    /** Every table, which is what counts where it is not known which. */
    public static final Tables ANY = new Tables(new int[0], true);

    /** No table. */
    public static final Tables NONE = new Tables(new int[0], false);

    /** More names than this in one statement are not told apart. */
    static final int MOST = 128;

    /** Longer names are cut off by PostgreSQL, so that two that differ may be one. */
    private static final int LONGEST = 63;

    private final int[] hashes;
    private final boolean any;

    private Tables(int[] hashes, boolean any) {
        this.hashes = hashes;
        this.any = any;
    }

    /** The tables of these names. */
    public static Tables named(Collection<String> names) {
        Gathering gathering = new Gathering();
        names.forEach(gathering::add);
        return gathering.tables();
    }

    /** Whether it is known which tables these are; if not, they may be any. */
    public boolean isKnown() {
        return !any;
    }

    /** How many different names there are; 0 if they are not known. */
    public int count() {
        return hashes.length;
    }

    /** What stands for a name, never 0, from 0 on. */
    public int hash(int i) {
        return hashes[i];
    }

    /** Whether a table may be in both. */
    public boolean mayShare(Tables other) {
        if (any || other.any) {
            return true;
        }
        int[] few = hashes.length <= other.hashes.length ? hashes : other.hashes;
        int[] many = hashes.length <= other.hashes.length ? other.hashes : hashes;
        for (int hash : few) {
            if (Arrays.binarySearch(many, hash) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** These and the others. */
    public Tables and(Tables other) {
        if (any || other.any) {
            return ANY;
        }
        if (hashes.length == 0 || other.hashes.length == 0) {
            return hashes.length == 0 ? other : this;
        }
        Gathering gathering = new Gathering();
        gathering.add(this);
        gathering.add(other);
        return gathering.tables();
    }

    boolean contains(int hash) {
        return any || Arrays.binarySearch(hashes, hash) >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tables tables && any == tables.any && Arrays.equals(hashes, tables.hashes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hashes) + (any ? 1 : 0);
    }

    @Override
    public String toString() {
        return any ? "any table" : hashes.length + " names";
    }

    /**
     * What stands for a name in any letter case.
     *
     * @return 0 if names that differ from it may mean the same table
     */
    static int hash(CharSequence text, int from, int to) {
        if (to - from > LONGEST) {
            return 0;
        }
        int hash = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 128) {
                return 0;
            }
            hash = 31 * hash + (c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        int mixed = (hash ^ (hash >>> 15)) * 0x2c1b3c6d;
        mixed ^= mixed >>> 12;
        return mixed == 0 ? 1 : mixed;
    }

    /** A set in the making. Confined to one thread. */
    static final class Gathering {
        private int[] hashes = new int[16];
        private int count;
        private boolean any;

        void add(String name) {
            add(hash(name, 0, name.length()));
        }

        /** @param hash of a name; 0 makes the whole set unknown */
        void add(int hash) {
            if (hash == 0 || any) {
                any = true;
                return;
            }
            for (int i = 0; i < count; i++) {
                if (hashes[i] == hash) {
                    return;
                }
            }
            if (count == MOST) {
                any = true;
                return;
            }
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, count * 2);
            }
            hashes[count++] = hash;
        }

        void add(Tables others) {
            any |= others.any;
            for (int hash : others.hashes) {
                add(hash);
            }
        }

        Tables tables() {
            if (any) {
                return ANY;
            }
            if (count == 0) {
                return NONE;
            }
            int[] sorted = Arrays.copyOf(hashes, count);
            Arrays.sort(sorted);
            return new Tables(sorted, false);
        }
    }
}
