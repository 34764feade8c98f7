package dev.weir.cluster;

import dev.weir.sql.Tables;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which tables the newest transactions in the log of an embedded H2 primary have touched, as far as this JVM has committed them. What
 * others have committed, and schema changes, are gaps, about which nothing is known. Thread-safe and of fixed size; nobody waits.
 */
public final class RecentWrites {
    private static final int KEPT = 4096;

    /** Positions further apart than this are not looked through. */
    private static final int FARTHEST = 1024;

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(KEPT);

    private record Entry(long lsn, Tables tables) {}

    /** Notes what the transaction at a position has touched; call it before the commit is acknowledged. */
    public void record(Tables tables, long lsn) {
        entries.set((int) (lsn & (KEPT - 1)), new Entry(lsn, tables));
    }

    /**
     * Whether some tables are known to be the same at two positions, and the schema at the later one the same as at a third.
     *
     * @param read the tables
     * @param from the earlier position
     * @param to the later one
     * @param schemaFrom up to which position the schema is known
     */
    public boolean areEqual(Tables read, long from, long to, long schemaFrom) {
        long first = Math.min(from, schemaFrom);
        if (!read.isKnown() || first < 0 || to - first > FARTHEST) {
            return false;
        }
        for (long lsn = first + 1; lsn <= to; lsn++) {
            Entry entry = entries.get((int) (lsn & (KEPT - 1)));
            if (entry == null || entry.lsn != lsn || (lsn > from && entry.tables.mayShare(read))) {
                return false;
            }
        }
        return true;
    }
}
