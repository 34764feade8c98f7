package dev.weir.log;

/** What a log entry holds. Immutable; the names are stored in the column KIND of WEIR.LOG. */
public enum EntryKind {
    /** Data changes of one transaction: every statement of the body is a {@link LoggedStatement.Sql}, {@link LoggedStatement.Rows} or {@link LoggedStatement.Generator}. */
    DATA(1),
    /** One schema change: the body holds exactly one {@link LoggedStatement.Ddl}. H2 commits it on its own. */
    DDL(2),
    /**
     * Nothing: the primary wrote it when it opened a store that a crash may have left with parts of transactions, so what went before cannot be trusted to be what the log says. A replica
     * that comes to it copies the primary anew. The body is empty.
     */
    BARRIER(3);

    private final int code;

    EntryKind(int code) {
        this.code = code;
    }

    /** The byte that stands for it in an entry's hash. */
    int code() {
        return code;
    }
}
