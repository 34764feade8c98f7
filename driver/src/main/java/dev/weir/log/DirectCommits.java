package dev.weir.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commits transactions of a primary in this JVM together with their log entries, as the SQL of a commit does but without parsing, planning and results. Thread-safe.
 */
public interface DirectCommits {
    /**
     * Locks and advances the head, inserts the entry, commits; the head is locked for no longer than that.
     *
     * @param session a connection to the primary whose open transaction the entry belongs to
     * @param first the entry's body, or its beginning; not to be changed any more
     * @return null, with nothing done, if it cannot be done in this way, or if the head is not what the entry relies on: SQL must then be used, and tells the reason
     * @throws SQLException if the commit itself fails, so that it is not known what has become of the transaction
     */
    @Nullable Committed commit(Connection session, Entry entry, byte[] first) throws SQLException;

    /**
     * A {@link EntryKind#DATA} entry without its body and its place.
     *
     * @param epoch the reign under which alone it may be committed
     * @param schemaLsn of the newest schema change that it knows of, behind which alone it may stand
     * @param hash of kind and whole body
     * @param bodyId under which the rest of the body has been written; null if there is none
     */
    record Entry(
            long epoch,
            long schemaLsn,
            long hash,
            Instant committedAt,
            @Nullable UUID bodyId) {}

    /**
     * A commit that has happened.
     *
     * @param gateClosed whether a schema change asks writers to wait before their next transaction
     */
    record Committed(long lsn, boolean gateClosed) {}
}
