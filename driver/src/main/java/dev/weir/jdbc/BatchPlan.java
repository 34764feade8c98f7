package dev.weir.jdbc;

import dev.weir.jdbc.SessionSettings.SessionSql;
import dev.weir.sql.Classification;
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
            case BEGIN, COMMIT, ROLLBACK, SHOW_NODES, SHOW_SESSION, EXPLAIN_ROUTE ->
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
        pins |= classification.pins();
    }
}
