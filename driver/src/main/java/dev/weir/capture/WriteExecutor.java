package dev.weir.capture;

import dev.weir.capture.WritePlan.Extent;
import dev.weir.log.BodyWriter.Mark;
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
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Executes data modifications as their plans say and appends what they changed to the transaction. The physical connection is not in auto-commit.
 * Confined to one connection.
 *
 * <p>A statement that fails leaves database and transaction as they were before it, unless the error ended the transaction.
 */
final class WriteExecutor {
    /** How many rows H2 shows in a small heap, where it cannot be asked. */
    private static final long SHOWN = 2_500;

    private static final int MOST_BULKY = 64;

    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final BooleanSupplier alone;
    private long mostShown = -1;
    /** Texts that have changed more rows than H2 shows. */
    private final Set<String> bulky = new LinkedHashSet<>() {
        private static final long serialVersionUID = 1;

        @Override
        public boolean add(String sql) {
            if (size() >= MOST_BULKY) {
                clear();
            }
            return super.add(sql);
        }
    };

    /** @param alone whether each statement is a transaction of its own */
    WriteExecutor(Connection physical, PrimaryStore store, CapturedTransaction transaction, BooleanSupplier alone) {
        this.alone = alone;
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
    }

    WriteOutcome execute(WritePlan plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        if (!bulky.isEmpty() && bulky.contains(request.sql())) {
            WritePlan otherwise = otherwise(plan);
            if (otherwise != null) {
                return execute(otherwise, request, context, statements);
            }
        }
        if (plan instanceof WritePlan.Point point) {
            return executePoint(point, request, context, statements);
        } else if (plan instanceof WritePlan.Images images) {
            return executeImages(images, request, context, statements);
        } else if (plan instanceof WritePlan.Deleted deleted) {
            return executeDeleted(deleted, request, context, statements);
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

    /** The way for so many rows that H2 does not show them all; null if there is no other. */
    private static @Nullable WritePlan otherwise(WritePlan plan) {
        if (plan instanceof WritePlan.Images images) {
            return images.otherwise();
        } else if (plan instanceof WritePlan.Deleted deleted) {
            return deleted.otherwise();
        } else {
            return plan instanceof WritePlan.LockFirst lockFirst ? lockFirst.otherwise() : null;
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
        long bound = bound(plan.extent(), request);
        if (bound == UNBOUNDED && mayBreakOff(plan.extent())) {
            return execute(plan.otherwise(), request, context, statements);
        }
        Savepoint savepoint = plan.guarded() || plan.extent() != Extent.GIVEN ? savepoint() : null;
        ImageColumns columns = ImageColumns.of(request.keys().columns(plan.table(), store), plan.logged());
        PreparedStatement statement = statements.prepare(bounded(request.sql(), bound), columns.requested());
        request.bind(statement);
        Mark mark = transaction.mark();
        long count = -1;
        long shown;
        try {
            count = statement.executeLargeUpdate();
            shown = readImages(transaction, plan, statement, columns);
        } catch (SQLException e) {
            if (savepoint != null && violatesInPart(e, bound)) {
                transaction.truncate(mark);
                takeBack(savepoint);
                return execute(plan.otherwise(), request, context, statements);
            }
            if (savepoint == null || !failedBySize(e) || !request.isRepeatable()) {
                throw e;
            }
            // H2 fails so beyond MAX_MEMORY_ROWS; what it has done is undone below.
            shown = count - 1;
        }
        if (shown == count && count < bound) {
            return new WriteOutcome(count, statement, columns.asked());
        }
        transaction.truncate(mark);
        if (savepoint == null || !request.isRepeatable()) {
            transaction.doom();
            throw Refusals.notReplicable("it changed " + count + " rows of table "
                    + plan.table().name() + " but showed " + shown
                    + " of them; roll back and write the rows with separate statements");
        }
        takeBack(savepoint);
        bulky.add(request.sql());
        return execute(plan.otherwise(), request, context, statements);
    }

    /** A place to go back to; where the statement is the whole transaction that is its beginning, which costs no round trip. */
    private Savepoint savepoint() throws SQLException {
        return alone.getAsBoolean() ? Beginning.INSTANCE : physical.setSavepoint();
    }

    private void rollback(Savepoint savepoint) throws SQLException {
        if (savepoint == Beginning.INSTANCE) {
            physical.rollback();
        } else {
            physical.rollback(savepoint);
        }
    }

    /** The beginning of the transaction. */
    private enum Beginning implements Savepoint {
        INSTANCE;

        @Override
        public int getSavepointId() {
            return 0;
        }

        @Override
        public String getSavepointName() throws SQLException {
            throw new SQLException("The beginning of a transaction has no name", "3B001");
        }
    }

    /** Undoes what has been executed since a savepoint, so that it can be done in another way. */
    private void takeBack(Savepoint savepoint) throws SQLException {
        transaction.doom();
        rollback(savepoint);
        transaction.pardon();
    }

    /**
     * Appends the images behind the generated keys of the last execution and puts the cursor back for the application. If that fails, the statement has been executed but cannot be logged,
     * so the transaction may only be rolled back.
     *
     * @return how many there were
     */
    static long readImages(
            CapturedTransaction transaction, WritePlan.Images plan, PreparedStatement statement, ImageColumns columns)
            throws SQLException {
        if (!plan.reinserts()) {
            return readImages(
                    transaction, statement, columns.positions(), images -> transaction.appendImages(plan, images));
        }
        TableDefinition table = plan.table();
        int[] key = Arrays.copyOf(columns.positions(), table.key().size());
        readImages(transaction, statement, key, keys -> transaction.append(RowImages.deleted(table, keys)));
        return readImages(
                transaction,
                statement,
                columns.positions(),
                images -> transaction.append(RowImages.inserted(table, images)));
    }

    private static long readImages(
            CapturedTransaction transaction, PreparedStatement statement, int[] positions, RowImages.Receiver receiver)
            throws SQLException {
        try {
            ResultSet keys = statement.getGeneratedKeys();
            if (keys.getMetaData().getColumnCount() == 0) {
                return 0;
            }
            long count = RowImages.read(keys, positions, receiver);
            keys.beforeFirst();
            return count;
        } catch (SQLException | RuntimeException e) {
            transaction.doom();
            throw e;
        }
    }

    private WriteOutcome executeDeleted(
            WritePlan.Deleted plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        return executeDeleted(plan, request, List.of(), context, statements);
    }

    /**
     * Executes a DELETE.
     *
     * @param wanted the columns of the deleted rows that the application has asked for, which lead in the result set of the outcome's statement
     */
    WriteOutcome executeDeleted(
            WritePlan.Deleted plan,
            WriteRequest request,
            List<String> wanted,
            SessionContext context,
            PreparedStatements statements)
            throws SQLException {
        TableDefinition table = plan.table();
        long bound = bound(plan.extent(), request);
        if (bound == UNBOUNDED && wanted.isEmpty() && mayBreakOff(plan.extent())) {
            return execute(plan.otherwise(), request, context, statements);
        }
        ImageColumns columns = ImageColumns.of(wanted, table.hasKey() ? table.key() : table.writableColumns());
        String sql = "SELECT " + quoted(columns.requested()) + " FROM OLD TABLE("
                + SqlText.withoutEnd(bounded(request.sql(), bound)) + "\n)";
        PreparedStatement statement =
                wanted.isEmpty() ? statements.prepare(sql, KeyRequest.NONE) : statements.prepareScrollable(sql);
        request.bind(statement);
        // OLD TABLE is not atomic: a failure half way leaves the rows before it deleted.
        Savepoint savepoint = savepoint();
        Mark mark = transaction.mark();
        try {
            ResultSet deleted = statement.executeQuery();
            long count = RowImages.read(
                    deleted, columns.positions(), rows -> transaction.append(RowImages.deleted(table, rows)));
            if (wanted.isEmpty()) {
                deleted.close();
            } else {
                deleted.beforeFirst();
            }
            if (count < Math.min(bound, mostShown())) {
                return new WriteOutcome(count, statement, columns.asked());
            }
        } catch (SQLException e) {
            transaction.truncate(mark);
            undo(savepoint, e);
            if (wanted.isEmpty() && violatesInPart(e, bound)) {
                return execute(plan.otherwise(), request, context, statements);
            }
            throw e;
        }
        transaction.truncate(mark);
        takeBack(savepoint);
        if (!wanted.isEmpty()) {
            throw Refusals.notReplicable("it deletes more rows of table " + table.name()
                    + " than H2 gives back (MAX_MEMORY_ROWS, " + mostShown()
                    + "); delete fewer rows at a time, or without OLD TABLE");
        }
        bulky.add(request.sql());
        return execute(plan.otherwise(), request, context, statements);
    }

    private WriteOutcome executeLockFirst(
            WritePlan.LockFirst plan, WriteRequest request, SessionContext context, PreparedStatements statements)
            throws SQLException {
        PreparedStatement select = statements.prepare(plan.select(), KeyRequest.NONE);
        if (!request.bindTail(select, plan.parametersBefore())) {
            return execute(plan.otherwise(), request, context, statements);
        }
        Savepoint savepoint = savepoint();
        Mark mark = transaction.mark();
        boolean logged = false;
        try {
            shareTable(plan.table());
            TableDefinition table = plan.table();
            long before;
            try (ResultSet locked = select.executeQuery()) {
                before = RowImages.read(
                        locked,
                        RowImages.allColumns(locked),
                        rows -> transaction.append(RowImages.deleted(table, rows)));
            }
            if (before < mostShown()) {
                ImageColumns columns = ImageColumns.of(request.keys().columns(table, store), table.writableColumns());
                PreparedStatement statement = statements.prepare(request.sql(), columns.requested());
                request.bind(statement);
                long count = statement.executeLargeUpdate();
                long after = readImages(
                        transaction,
                        statement,
                        columns.positions(),
                        rows -> transaction.append(RowImages.inserted(table, rows)));
                // The locked rows still match, so as many changed rows are the same rows.
                logged = count == before && count == after;
                if (logged) {
                    return new WriteOutcome(count, statement, columns.asked());
                }
            }
        } catch (SQLException e) {
            if (!failedBySize(e) || !request.isRepeatable()) {
                throw e;
            }
        } finally {
            if (!logged) {
                transaction.truncate(mark);
            }
        }
        takeBack(savepoint);
        bulky.add(request.sql());
        return execute(plan.otherwise(), request, context, statements);
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
        Savepoint savepoint = savepoint();
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
        Savepoint savepoint = savepoint();
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
        Savepoint savepoint = savepoint();
        TransactionTrace trace = TransactionTrace.start(physical);
        Mark mark = transaction.mark();
        try {
            T result = work.run();
            Catalog catalog = transaction.catalog(physical);
            Planner planner = new Planner(store, catalog, physical);
            trace.changes(change -> {
                if (store.format() == LogFormat.STATEMENT) {
                    throw Refusals.notReplicable(
                            "it changes rows that its text does not fix, and weir.log.format=statement logs no rows; set weir.log.format=mixed");
                }
                transaction.use(loggable(change, catalog, planner));
                transaction.append(change);
            });
            return result;
        } catch (SQLException e) {
            transaction.truncate(mark);
            if (TransactionTrace.isEnded(e)) {
                transaction.doom();
                throw barred();
            }
            undo(savepoint, e);
            throw e;
        }
    }

    /** Has every replica copied anew, since what was committed from within is in no entry. */
    private SQLException barred() {
        SQLException ended = Refusals.endedByItself();
        try {
            physical.rollback();
            new CommitProtocol(physical, store).bar();
        } catch (SQLException e) {
            ended.addSuppressed(e);
        }
        return ended;
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
        for (LoggedStatement change : changes) {
            transaction.append(change);
        }
    }

    private void undo(Savepoint savepoint, SQLException error) {
        if (Refusals.endsTransaction(error)) {
            return; // whoever called rolls back the whole
        }
        try {
            rollback(savepoint);
        } catch (SQLException e) {
            transaction.doom();
            error.addSuppressed(e);
        }
    }

    /** After how many rows to end a statement, since H2 may not show more; {@link #UNBOUNDED} if it cannot be told to, or not be executed again. */
    private long bound(Extent extent, WriteRequest request) throws SQLException {
        return extent == Extent.BOUNDABLE && request.isRepeatable() ? mostShown() : UNBOUNDED;
    }

    private static String bounded(String sql, long bound) {
        return bound == UNBOUNDED ? sql : SqlText.bounded(sql, bound);
    }

    /** Whether a constraint that does not hold for the first rows may yet hold for all that the statement changes. */
    private static boolean violatesInPart(SQLException error, long bound) {
        return bound != UNBOUNDED && String.valueOf(error.getSQLState()).startsWith("23");
    }

    /** Whether H2 may have failed since there were more rows than it shows, and not since their table is gone. */
    private boolean failedBySize(SQLException error) {
        return Refusals.isInternal(error) && !ReplacedTable.isCauseOf(error, transaction.schemaLsn(), physical, store);
    }

    /** Whether more rows than H2 shows would cost the connection: its server fails amid the answer, and the client no longer knows where the next begins. */
    private boolean mayBreakOff(Extent extent) throws SQLException {
        return extent != Extent.GIVEN && store.directCommits() == null && traces();
    }

    private boolean traces() throws SQLException {
        return transaction.catalog(physical).settings().traces();
    }

    /** How many rows H2 shows, asked once. */
    private long mostShown() throws SQLException {
        if (mostShown < 0) {
            mostShown = traces() ? TransactionTrace.mostShown(physical) : SHOWN;
        }
        return mostShown;
    }

    static String quoted(List<String> columns) {
        return String.join(", ", columns.stream().map(ReplaySql::quote).toList());
    }
}
