package dev.weir.jdbc;

import dev.weir.jdbc.SessionSettings.SessionSql;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a batch that is being collected will do to its connection. Confined to one connection. */
final class BatchPlan {
    private final Delegate delegate;
    private final List<SessionSql> settings = new ArrayList<>(0);
    private boolean pins;
    private boolean leavesState;
    private boolean changesSchema;
    private Tables inserts = Tables.NONE;

    BatchPlan(Delegate delegate) {
        this.delegate = delegate;
    }

    /** Where its elements are collected and will run. */
    Delegate delegate() {
        return delegate;
    }

    boolean pins() {
        return pins;
    }

    boolean leavesState() {
        return leavesState;
    }

    boolean changesSchema() {
        return changesSchema;
    }

    /** The tables into which it inserts, if that is all it does and it finds out nothing. */
    Tables inserts() {
        return inserts;
    }

    List<SessionSql> settings() {
        return settings;
    }

    /**
     * Takes one more element.
     *
     * @throws SQLException 0A000 if it controls the transaction or is answered by Weir, 25006 if the connection may not write
     */
    void add(String sql, Classification classification, Execution execution) throws SQLException {
        execution.refuseIfReadOnly(classification);
        switch (classification.kind()) {
            case BEGIN, COMMIT, ROLLBACK, SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION ->
                throw Refusal.notInBatch(classification);
            case SESSION -> settings.add(SessionSql.of(sql));
            case READ,
                    PRIMARY_READ,
                    WRITE,
                    MAINTENANCE,
                    CALL,
                    SAVEPOINT,
                    RELEASE_SAVEPOINT,
                    ROLLBACK_TO_SAVEPOINT,
                    TRANSACTION_SETTING,
                    EMPTY -> {}
            case DDL -> changesSchema = true;
            case MULTIPLE, UNKNOWN -> {
                if (classification.argument() != null) {
                    throw Refusal.notInBatch(classification);
                }
                leavesState = true;
                changesSchema = true;
            }
        }
        inserts = inserts.and(classification.kind() == Kind.WRITE ? classification.tables() : Tables.ANY);
        pins |= classification.pins();
    }
}
