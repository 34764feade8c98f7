package dev.weir.sql;

/** What a statement is, as far as routing, transactions and capture care. */
public enum Kind {
    /** A plain read: proven to write, lock and leave nothing. The only kind that a replica may serve. */
    READ,
    /** A read that must see the primary: it locks, calls a function not known to be pure, or reads node-local or catalog facts. */
    PRIMARY_READ,
    /** Data modification: INSERT, UPDATE, DELETE, MERGE, and their disguises such as {@code FINAL TABLE (INSERT ...)}. */
    WRITE,
    /** A schema change or another statement that commits implicitly on H2 and is logged on its own. */
    DDL,
    /**
     * Upkeep or inspection of one node that changes nothing which replicas hold and is never replicated, such as CHECKPOINT,
     * BACKUP, SCRIPT, ANALYZE, SHUTDOWN or VACUUM; some of them commit implicitly on H2.
     */
    MAINTENANCE,
    /** Calls a routine or runs a block whose effects are not known. */
    CALL,
    /** Changes session state that every open delegate must share, such as SET SCHEMA. */
    SESSION,
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE_SAVEPOINT,
    ROLLBACK_TO_SAVEPOINT,
    /** SET TRANSACTION or SET LOCAL: concerns only the open transaction. */
    TRANSACTION_SETTING,
    /** More than one statement, not all of them plain reads. */
    MULTIPLE,
    /** Whitespace, comments or semicolons only. */
    EMPTY,
    /** {@code SHOW weir.nodes}. */
    SHOW_NODES,
    /** {@code SHOW weir.session}. */
    SHOW_SESSION,
    /** {@code SHOW weir.audit}. */
    SHOW_AUDIT,
    /** {@code EXPLAIN ROUTE sql}. */
    EXPLAIN_ROUTE,
    /** {@code EXPLAIN REPLICATION sql}. */
    EXPLAIN_REPLICATION,
    /**
     * Anything else: unknown verb, unparsable, too long or too deep to judge; treated as a write of unknown shape that may
     * also commit or change the session.
     */
    UNKNOWN
}
