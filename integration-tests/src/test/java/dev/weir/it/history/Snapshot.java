package dev.weir.it.history;

import java.util.Arrays;

/** What one statement read of the registers. Immutable once it is handed on. */
final class Snapshot {
    private final long[] versions = new long[Registers.COUNT];
    private final long[] ids = new long[Registers.COUNT];

    Snapshot() {
        Arrays.fill(versions, Operation.UNKNOWN);
    }

    /** Notes what a register held; only while the snapshot is being made. */
    Snapshot with(int register, long version, long id) {
        versions[register] = version;
        ids[register] = id;
        return this;
    }

    /** The version that a register had; {@link Operation#UNKNOWN} if it was not read. */
    long version(int register) {
        return versions[register];
    }

    /** The write that a register held; 0 for none. */
    long id(int register) {
        return ids[register];
    }

    @Override
    public String toString() {
        return Arrays.toString(versions);
    }
}
