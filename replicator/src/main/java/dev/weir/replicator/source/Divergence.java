package dev.weir.replicator.source;

import dev.weir.log.Lsn;
import java.util.List;

/**
 * A change of the log that found other rows on a replica than on its primary. Immutable. Key, expected and found hold values of the application's rows, so they are for WEIR.DIVERGENCE alone, which only
 * administrators of the primary may read; {@link #toString} tells none.
 *
 * @param change what the primary did, such as UPDATE
 * @param schema empty if the statement's text does not name one
 * @param keyColumns what identifies a row of the table; empty if nothing does, or if a text was logged
 * @param key the values of these columns, as SQL
 * @param expected what the primary had and made of it, as SQL
 * @param found what the replica has, as SQL
 */
public record Divergence(
        Lsn lsn,
        String change,
        String schema,
        String table,
        List<String> keyColumns,
        String key,
        String expected,
        String found) {
    public Divergence {
        keyColumns = List.copyOf(keyColumns);
    }

    /** The table as people call it. */
    public String name() {
        return schema.isEmpty() ? table : schema + "." + table;
    }

    @Override
    public String toString() {
        return "Divergence at " + lsn + ": " + change + " on " + name();
    }
}
