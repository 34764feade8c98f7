package dev.weir.capture;

import dev.weir.sql.Classification;
import java.sql.Connection;
import java.sql.SQLException;

/** Executes schema changes of one connection, each logged under a position of its own. Confined to one connection. */
final class CapturedSchemaChanges {
    /** H2: there is such a table; nothing was executed. */
    private static final int TABLE_EXISTS = 42101;

    private final CaptureSession session;
    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final CapturedSettings settings;
    private final SchemaChanges changes;

    CapturedSchemaChanges(
            CaptureSession session,
            Connection physical,
            PrimaryStore store,
            CapturedTransaction transaction,
            CapturedSettings settings) {
        this.session = session;
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
        this.settings = settings;
        this.changes = new SchemaChanges(physical, store);
    }

    /** Executes a schema change under its own LSN; what the transaction has changed so far is committed before, as H2 does. */
    void run(String sql, Classification classification) throws SQLException {
        SchemaChange change = SchemaChange.of(sql, classification);
        SQLException refusal = change.refusal();
        if (refusal != null) {
            throw refusal;
        }
        if (change.isTrigger() && !store.catalog(physical).settings().traces()) {
            throw Refusals.notReplicable("what a trigger changes is not known; do it in the application");
        }
        if (change.isLocal() || isOfLocalTable(change)) {
            if (change.commits()) {
                session.commitChanges();
            }
            session.followAutoCommit();
            changes.executeLocal(sql);
            return;
        }
        if (!transaction.isEmpty() && !change.commits()) {
            throw Refusals.notReplicable(
                    "a sequence cannot be created or altered within a transaction that has written; commit first");
        }
        session.commitChanges();
        CreateTableAsQuery filled = change.isCreateTableAsQuery() ? CreateTableAsQuery.of(sql) : null;
        if (filled == null) {
            execute(change, change.sql());
        } else if (create(change, filled) && filled.query() != null) {
            fill(filled);
        }
    }

    /** Whether the change concerns a table that replicas do not have, though its text does not say so. */
    private boolean isOfLocalTable(SchemaChange change) throws SQLException {
        settings.read();
        return new LocalTables(physical, store.catalog(physical)).concernedBy(change, settings.schema());
    }

    /** False if the table exists and need not be created. */
    private boolean create(SchemaChange change, CreateTableAsQuery filled) throws SQLException {
        try {
            execute(change, filled.structure());
            return true;
        } catch (SQLException e) {
            if (filled.ifNotExists() && e.getErrorCode() == TABLE_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    private void execute(SchemaChange change, String sql) throws SQLException {
        session.enterSchemaChange();
        try {
            session.committed(changes.execute(change, sql, settings.schema(), settings.context()));
        } finally {
            session.leaveSchemaChange();
        }
    }

    /** Inserts the rows of CREATE TABLE ... AS in a transaction of their own; if that fails, the table goes again. */
    private void fill(CreateTableAsQuery created) throws SQLException {
        String insert = "INSERT INTO " + created.table() + " " + created.query();
        PreparedStatements statements = new PreparedStatements(physical);
        try {
            session.writes()
                    .write(session.classify(insert), new WriteRequest(insert, null, KeyRequest.NONE), statements);
            session.commitChanges();
        } catch (SQLException e) {
            String drop = "DROP TABLE " + created.table();
            try {
                session.rollback();
                execute(SchemaChange.of(drop, session.classify(drop)), drop);
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        } finally {
            statements.close();
        }
    }
}
