package dev.weir.capture;

import dev.weir.log.LoggedStatement;
import dev.weir.log.ReplaySql;
import dev.weir.log.SessionContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executes data modifications as their plans say and appends what they changed to the transaction. The physical connection is not in auto-commit.
 * Confined to one connection.
 *
 * <p>A statement that fails leaves database and transaction as they were before it, unless the error ended the transaction.
 */
final class WriteExecutor {
    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;

    WriteExecutor(Connection physical, PrimaryStore store, CapturedTransaction transaction) {
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
    }

    WriteOutcome execute(WritePlan plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        if (plan instanceof WritePlan.Point point) {
            return executePoint(point, request, context, statements);
        } else if (plan instanceof WritePlan.Images images) {
            return executeImages(images, request, context, statements);
        } else if (plan instanceof WritePlan.Deleted deleted) {
            return executeDeleted(deleted, request, statements);
        } else if (plan instanceof WritePlan.LockFirst lockFirst) {
            return executeLockFirst(lockFirst, request, context, statements);
        } else if (plan instanceof WritePlan.Compare compare) {
            return executeCompare(compare, request, statements);
        } else if (plan instanceof WritePlan.Traced) {
            return tracing(() -> executePlain(request, statements));
        } else if (plan instanceof WritePlan.Refused refused) {
            throw Refusals.notReplicable(refused.reason());
        } else {
            return executePlain(request, statements);
        }
    }

    private WriteOutcome executePlain(WriteRequest request, PreparedStatements statements) throws SQLException {
        PreparedStatement statement = statements.prepare(request.sql(), request.keys());
        request.bind(statement);
        return new WriteOutcome(statement.executeLargeUpdate(), statement, WriteOutcome.ALL);
    }

    private WriteOutcome executePoint(
            WritePlan.Point plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        List<@Nullable Object> parameters = request.loggable();
        if (parameters == null) {
            return execute(plan.otherwise(), request, context, statements);
        }
        WriteOutcome outcome = executePlain(request, statements);
        if (outcome.count() != 0) {
            transaction.append(new LoggedStatement.Sql(context, request.sql(), parameters, outcome.count()));
        }
        return outcome;
    }

    private WriteOutcome executeImages(
            WritePlan.Images plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        Savepoint savepoint = plan.guarded() ? physical.setSavepoint() : null;
        ImageColumns columns = ImageColumns.of(request.keys().columns(plan.table(), store), plan.logged());
        PreparedStatement statement = statements.prepare(request.sql(), columns.requested());
        request.bind(statement);
        long count = statement.executeLargeUpdate();
        List<@Nullable Object[]> images = readImages(transaction, statement, columns);
        if (images.size() == count) {
            transaction.appendImages(plan, images);
            return new WriteOutcome(count, statement, columns.asked());
        }
        if (savepoint == null || !request.isRepeatable()) {
            transaction.doom();
            throw Refusals.notReplicable("it changed " + count + " rows of table "
                    + plan.table().name() + " but showed " + images.size()
                    + " of them; roll back and write the rows with separate statements");
        }
        physical.rollback(savepoint);
        return execute(plan.otherwise(), request, context, statements);
    }

    /**
     * Reads the images behind the generated keys of the last execution and puts the cursor back for the application. If that fails, the statement has been executed but cannot be logged,
     * so the transaction may only be rolled back.
     */
    static List<@Nullable Object[]> readImages(
            CapturedTransaction transaction, PreparedStatement statement, ImageColumns columns) throws SQLException {
        try {
            ResultSet keys = statement.getGeneratedKeys();
            if (keys.getMetaData().getColumnCount() == 0) {
                return List.of();
            }
            List<@Nullable Object[]> images = RowImages.read(keys, columns.positions());
            keys.beforeFirst();
            return images;
        } catch (SQLException | RuntimeException e) {
            transaction.doom();
            throw e;
        }
    }

    private WriteOutcome executeDeleted(WritePlan.Deleted plan, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        return executeDeleted(plan, request, List.of(), statements);
    }

    /**
     * Executes a DELETE.
     *
     * @param wanted the columns of the deleted rows that the application has asked for, which lead in the result set of the outcome's statement
     */
    WriteOutcome executeDeleted(
            WritePlan.Deleted plan, WriteRequest request, List<String> wanted, PreparedStatements statements)
            throws SQLException {
        TableDefinition table = plan.table();
        ImageColumns columns = ImageColumns.of(wanted, table.hasKey() ? table.key() : table.writableColumns());
        String sql = "SELECT " + quoted(columns.requested()) + " FROM OLD TABLE(" + SqlText.withoutEnd(request.sql())
                + "\n)";
        PreparedStatement statement =
                wanted.isEmpty() ? statements.prepare(sql, KeyRequest.NONE) : statements.prepareScrollable(sql);
        request.bind(statement);
        // OLD TABLE is not atomic: a failure half way leaves the rows before it deleted.
        Savepoint savepoint = physical.setSavepoint();
        List<@Nullable Object[]> rows;
        try {
            ResultSet deleted = statement.executeQuery();
            rows = RowImages.read(deleted, columns.positions());
            if (wanted.isEmpty()) {
                deleted.close();
            } else {
                deleted.beforeFirst();
            }
        } catch (SQLException e) {
            undo(savepoint, e);
            throw e;
        }
        if (!rows.isEmpty()) {
            transaction.append(RowImages.deleted(table, rows));
        }
        return new WriteOutcome(rows.size(), statement, columns.asked());
    }

    private WriteOutcome executeLockFirst(
            WritePlan.LockFirst plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        PreparedStatement select = statements.prepare(plan.select(), KeyRequest.NONE);
        if (!request.bindTail(select, plan.parametersBefore())) {
            return execute(plan.otherwise(), request, context, statements);
        }
        Savepoint savepoint = physical.setSavepoint();
        shareTable(plan.table());
        List<@Nullable Object[]> before;
        try (ResultSet locked = select.executeQuery()) {
            before = RowImages.read(locked);
        }
        TableDefinition table = plan.table();
        ImageColumns columns = ImageColumns.of(request.keys().columns(table, store), table.writableColumns());
        PreparedStatement statement = statements.prepare(request.sql(), columns.requested());
        request.bind(statement);
        long count = statement.executeLargeUpdate();
        List<@Nullable Object[]> after = readImages(transaction, statement, columns);
        // The locked rows still match, so as many changed rows are the same rows.
        if (count != before.size() || count != after.size()) {
            physical.rollback(savepoint);
            return execute(plan.otherwise(), request, context, statements);
        }
        if (count != 0) {
            transaction.append(RowImages.deleted(table, before));
            transaction.append(RowImages.inserted(table, after));
        }
        return new WriteOutcome(count, statement, columns.asked());
    }

    /**
     * Takes the lock on the table that a writer has, since SELECT FOR UPDATE takes none: else a TRUNCATE could come between, and undoing the row locks would bring rows back.
     */
    private void shareTable(TableDefinition table) throws SQLException {
        for (ColumnDefinition column : table.columns()) {
            if (column.isWritable() && !column.alwaysIdentity()) {
                String name = ReplaySql.quote(column.name());
                try (Statement statement = physical.createStatement()) {
                    statement.executeUpdate(
                            "UPDATE " + table.name().sql() + " SET " + name + " = " + name + " WHERE FALSE");
                }
                return;
            }
        }
    }

    private WriteOutcome executeCompare(WritePlan.Compare plan, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        Savepoint savepoint = physical.setSavepoint();
        try {
            List<TableComparison> comparisons = TableComparison.start(physical, plan.tables());
            WriteOutcome outcome = executePlain(request, statements);
            finish(comparisons);
            return outcome;
        } catch (SQLException e) {
            undo(savepoint, e);
            throw e;
        }
    }

    /** Executes a query that modifies data, such as one over FINAL TABLE, and logs what it changed. */
    ResultSet queryComparing(WritePlan.Compare plan, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        Savepoint savepoint = physical.setSavepoint();
        try {
            List<TableComparison> comparisons = TableComparison.start(physical, plan.tables());
            PreparedStatement statement = statements.prepare(request.sql(), KeyRequest.NONE);
            request.bind(statement);
            ResultSet result = statement.executeQuery();
            finish(comparisons);
            return result;
        } catch (SQLException e) {
            undo(savepoint, e);
            throw e;
        }
    }

    /** Executes a query that modifies data, and logs the rows that have changed. */
    ResultSet queryTracing(WriteRequest request, PreparedStatements statements) throws SQLException {
        return tracing(() -> {
            PreparedStatement statement = statements.prepare(request.sql(), KeyRequest.NONE);
            request.bind(statement);
            return statement.executeQuery();
        });
    }

    /** Something that may change rows. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Runs work and logs every row that it has changed. If it fails, or if a change cannot be logged, it has changed nothing. */
    <T> T tracing(Work<T> work) throws SQLException {
        Savepoint savepoint = physical.setSavepoint();
        TransactionTrace trace = TransactionTrace.start(physical);
        try {
            T result = work.run();
            List<LoggedStatement> changes = trace.changes();
            Catalog catalog = transaction.catalog(physical);
            Planner planner = new Planner(store, catalog, physical);
            for (LoggedStatement change : changes) {
                transaction.use(loggable((LoggedStatement.Rows) change, catalog, planner));
            }
            changes.forEach(transaction::append);
            return result;
        } catch (SQLException e) {
            if (TransactionTrace.isEnded(e)) {
                transaction.doom();
                throw Refusals.endedByItself();
            }
            undo(savepoint, e);
            throw e;
        }
    }

    /** The definition of a table of which rows have been changed, if they may be. */
    private TableDefinition loggable(LoggedStatement.Rows change, Catalog catalog, Planner planner)
            throws SQLException {
        QualifiedName name = new QualifiedName(change.schema(), change.table());
        if (name.schema().equalsIgnoreCase("WEIR")) {
            throw Refusals.weirSchema();
        }
        TableDefinition table = catalog.table(physical, name);
        String obstacle = table == null ? "table " + name + " is gone" : planner.obstacle(table);
        if (table == null || obstacle != null) {
            throw Refusals.notReplicable(String.valueOf(obstacle));
        }
        return table;
    }

    private void finish(List<TableComparison> comparisons) throws SQLException {
        List<LoggedStatement> changes = new ArrayList<>();
        for (TableComparison comparison : comparisons) {
            changes.addAll(comparison.changes());
        }
        changes.forEach(transaction::append);
    }

    private void undo(Savepoint savepoint, SQLException error) {
        if (Refusals.endsTransaction(error)) {
            return; // whoever called rolls back the whole
        }
        try {
            physical.rollback(savepoint);
        } catch (SQLException e) {
            transaction.doom();
            error.addSuppressed(e);
        }
    }

    static String quoted(List<String> columns) {
        return String.join(", ", columns.stream().map(ReplaySql::quote).toList());
    }
}
