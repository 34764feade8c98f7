package dev.weir.routing;

import dev.weir.sql.Tables;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** When a session scope has last added rows to which table, in probe rounds. Thread-safe, of fixed size, without a lock. */
final class TableRounds {
    private static final int SLOTS = 256;
    private static final int FARTHEST = 16;

    /** What stands for a table's name, 0 in a free slot; a slot once taken keeps its table. */
    private final AtomicIntegerArray names = new AtomicIntegerArray(SLOTS);

    /** One more than the round, so that 0 means none. */
    private final AtomicLongArray rounds = new AtomicLongArray(SLOTS);

    /** Notes a write; false if there is no room, so that the caller must count it for every table. */
    boolean wrote(Tables tables, long round) {
        for (int i = 0; i < tables.count(); i++) {
            if (!wrote(tables.hash(i), round)) {
                return false;
            }
        }
        return tables.isKnown();
    }

    private boolean wrote(int name, long round) {
        for (int step = 0; step < FARTHEST; step++) {
            int slot = (name + step) & (SLOTS - 1);
            int taken = names.get(slot);
            if (taken == 0) {
                taken = names.compareAndExchange(slot, 0, name);
            }
            if (taken == 0 || taken == name) {
                rounds.accumulateAndGet(slot, round + 1, Math::max);
                return true;
            }
        }
        return false;
    }

    /** The newest round in which any of the tables, which must be known, was written; {@link CausalClock#NONE} if none was. */
    long newest(Tables tables) {
        if (!tables.isKnown()) {
            throw new IllegalArgumentException("It is not known which tables are read");
        }
        long newest = 0;
        for (int i = 0; i < tables.count(); i++) {
            newest = Math.max(newest, newest(tables.hash(i)));
        }
        return newest - 1;
    }

    private long newest(int name) {
        for (int step = 0; step < FARTHEST; step++) {
            int slot = (name + step) & (SLOTS - 1);
            int taken = names.get(slot);
            if (taken == name) {
                return rounds.get(slot);
            }
            if (taken == 0) {
                return 0;
            }
        }
        return 0;
    }
}
