package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.TableName;
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
    private final AnotherSession another;

    CapturedSchemaChanges(
            CaptureSession session,
            Connection physical,
            PrimaryStore store,
            CapturedTransaction transaction,
            CapturedSettings settings,
            AnotherSession another) {
        this.another = another;
        this.session = session;
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
        this.settings = settings;
        this.changes = new SchemaChanges(physical, store);
    }

    /**
     * Executes a schema change before which H2 would not commit.
     *
     * @throws SQLException 0A000 if there is anything to commit
     */
    long runWithin(String text, Classification classification) throws SQLException {
        if (!transaction.isEmpty()) {
            throw Refusals.notReplicable(
                    "a schema change is logged by itself, and EXECUTE IMMEDIATE would leave the transaction open in which it stands; commit first");
        }
        return run(text, classification);
    }

    /** Executes a schema change under its own LSN; what the transaction has changed so far is committed before, as H2 does. */
    long run(String text, Classification classification) throws SQLException {
        String sql = new UserPasswords(physical, store.catalog(physical)).hidden(text);
        SchemaChange change =
                sql.equals(text) ? SchemaChange.of(sql, classification) : SchemaChange.of(sql, session.classify(sql));
        SQLException refusal = change.refusal();
        if (refusal != null) {
            if (!SqlText.touchesWeir(sql)) {
                physical.prepareStatement(sql).close(); // H2's own error if it is no statement at all
            }
            throw refusal;
        }
        if (change.isSetting()) {
            Setting.of(sql).check(physical);
        }
        if (change.isTrigger() && !store.catalog(physical).settings().traces()) {
            throw Refusals.notReplicable("what a trigger changes is not known; do it in the application");
        }
        if (change.isLocal() || isOfLocalTable(change)) {
            if (change.commits()) {
                session.commitChanges();
            }
            session.followAutoCommit();
            return changes.executeLocal(sql);
        }
        String setting = settings.unreadable();
        if (setting != null) {
            throw Refusals.notReplicable("the session has set " + setting
                    + ", without which replicas could not read it; put that into the URL instead");
        }
        if (!transaction.isEmpty() && !change.commits()) {
            return executeApart(change);
        }
        session.commitChanges();
        if (change.computesColumn()) {
            return computeColumn(change);
        }
        CreateTableAsQuery filled = change.isCreateTableAsQuery() ? CreateTableAsQuery.of(sql) : null;
        if (filled == null) {
            return execute(change, change.sql());
        }
        if (create(change, filled) && filled.query() != null) {
            fill(filled);
        }
        return 0;
    }

    /** Changes a sequence, which H2 neither commits with the transaction nor takes back with it. */
    private long executeApart(SchemaChange change) throws SQLException {
        if (change.table() != null) {
            throw Refusals.notReplicable(
                    "an identity cannot be restarted within a transaction that has written; commit first");
        }
        settings.read();
        try (Connection apart = another.open()) {
            String before = apart.getSchema();
            apart.setSchema(settings.schema());
            apart.setAutoCommit(false);
            try {
                session.committed(new SchemaChanges(apart, store)
                        .execute(change, change.sql(), settings.schema(), settings.context()));
                return 0;
            } finally {
                apart.rollback();
                apart.setAutoCommit(true);
                apart.setSchema(before);
            }
        }
    }

    /** Fills a column so that all nodes have the same in it: by the text itself, or step by step, with the values as rows. */
    private long computeColumn(SchemaChange change) throws SQLException {
        settings.read();
        TableName name = change.table();
        TableDefinition table = name == null ? null : store.refresh(physical).table(physical, name, settings.schema());
        ComputedColumn computed = change.computedColumn(table, store::isDeterministic);
        String obstacle = computed.obstacle();
        if (obstacle != null) {
            physical.prepareStatement(change.sql()).close(); // H2's own error if it is no statement at all
            throw Refusals.notReplicable(obstacle);
        }
        ComputedColumn.Steps steps = computed.steps();
        if (steps == null) {
            return execute(change, change.sql());
        }
        change(steps.add());
        try {
            change(steps.setDefault());
            fill(steps.fill());
            String last = steps.forbidNull();
            if (last != null) {
                change(last);
            }
        } catch (SQLException e) {
            undo(steps.drop(), e);
            throw e;
        }
        return 0;
    }

    private void change(String sql) throws SQLException {
        execute(SchemaChange.of(sql, session.classify(sql)), sql);
    }

    private void undo(String sql, SQLException reason) {
        try {
            session.rollback();
            change(sql);
        } catch (SQLException again) {
            reason.addSuppressed(again);
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

    private long execute(SchemaChange change, String sql) throws SQLException {
        session.enterSchemaChange();
        try {
            session.committed(changes.execute(change, sql, settings.schema(), settings.context()));
            return changes.count();
        } finally {
            session.leaveSchemaChange();
        }
    }

    /** Inserts the rows of CREATE TABLE ... AS in a transaction of their own; if that fails, the table goes again. */
    private void fill(CreateTableAsQuery created) throws SQLException {
        try {
            fill("INSERT INTO " + created.table() + " " + created.query());
        } catch (SQLException e) {
            undo("DROP TABLE " + created.table(), e);
            throw e;
        }
    }

    private void fill(String sql) throws SQLException {
        PreparedStatements statements = new PreparedStatements(physical);
        try {
            session.writes().write(session.classify(sql), new WriteRequest(sql, null, KeyRequest.NONE), statements);
            session.commitChanges();
        } finally {
            statements.close();
        }
    }
}
