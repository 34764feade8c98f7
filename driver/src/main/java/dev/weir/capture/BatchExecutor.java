package dev.weir.capture;

import dev.weir.log.LoggedStatement;
import dev.weir.log.SessionContext;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executes batches of one data modification in one call of H2, and logs the elements that succeeded. Confined to one connection. */
final class BatchExecutor {
    private final PrimaryStore store;
    private final CapturedTransaction transaction;

    BatchExecutor(PrimaryStore store, CapturedTransaction transaction) {
        this.store = store;
        this.transaction = transaction;
    }

    /** Executes all elements; empty, with nothing executed, if their plan takes them one by one. */
    Optional<BatchOutcome> execute(
            WritePlan plan, List<WriteRequest> requests, SessionContext context, PreparedStatements statements)
            throws SQLException {
        if (plan instanceof WritePlan.Point point) {
            List<List<@Nullable Object>> parameters = loggable(requests);
            return parameters == null
                    ? execute(point.otherwise(), requests, context, statements)
                    : Optional.of(executePoints(requests, parameters, context, statements));
        }
        // Images of one row changed twice cannot be logged as deleted and inserted.
        return plan instanceof WritePlan.Images images && !images.guarded() && !images.reinserts()
                ? Optional.of(executeImages(images, requests, statements))
                : Optional.empty();
    }

    private static @Nullable List<List<@Nullable Object>> loggable(List<WriteRequest> requests) {
        List<List<@Nullable Object>> all = new ArrayList<>(requests.size());
        for (WriteRequest request : requests) {
            List<@Nullable Object> parameters = request.loggable();
            if (parameters == null) {
                return null;
            }
            all.add(parameters);
        }
        return all;
    }

    private BatchOutcome executePoints(
            List<WriteRequest> requests,
            List<List<@Nullable Object>> parameters,
            SessionContext context,
            PreparedStatements statements)
            throws SQLException {
        WriteRequest first = requests.get(0);
        PreparedStatement statement = statements.prepare(first.sql(), first.keys());
        BatchOutcome outcome = run(statement, requests, WriteOutcome.ALL);
        for (int i = 0; i < requests.size(); i++) {
            long count = outcome.count(i);
            if (count > 0) {
                transaction.append(new LoggedStatement.Sql(context, first.sql(), parameters.get(i), count));
            }
        }
        return outcome;
    }

    private BatchOutcome executeImages(
            WritePlan.Images plan, List<WriteRequest> requests, PreparedStatements statements) throws SQLException {
        WriteRequest first = requests.get(0);
        ImageColumns columns = ImageColumns.of(first.keys().columns(plan.table(), store), plan.logged());
        PreparedStatement statement = statements.prepare(first.sql(), columns.requested());
        BatchOutcome outcome = run(statement, requests, columns.asked());
        long shown = WriteExecutor.readImages(transaction, plan, statement, columns);
        if (shown != outcome.changed()) {
            transaction.doom();
            throw Refusals.notReplicable("the batch changed " + outcome.changed() + " rows of table "
                    + plan.table().name() + " but showed " + shown
                    + " of them; roll back and write the rows with separate statements");
        }
        return outcome;
    }

    /**
     * Runs the batch.
     *
     * @throws SQLException a BatchUpdateException in which every element has failed, if one of them ended the transaction
     */
    private static BatchOutcome run(PreparedStatement statement, List<WriteRequest> requests, int keyColumns)
            throws SQLException {
        statement.clearBatch();
        for (WriteRequest request : requests) {
            request.bind(statement);
            statement.addBatch();
        }
        try {
            long[] counts = statement.executeLargeBatch();
            return new BatchOutcome(counts, new WriteOutcome(-1, statement, keyColumns), null);
        } catch (BatchUpdateException e) {
            long[] counts = e.getLargeUpdateCounts();
            for (Throwable cause : e) {
                if (cause instanceof SQLException error
                        && (Refusals.endsTransaction(error) || ReplacedTable.maySpeakOf(error))) {
                    Arrays.fill(counts, Statement.EXECUTE_FAILED);
                    throw new BatchUpdateException(
                            error.getMessage(), error.getSQLState(), error.getErrorCode(), counts, error);
                }
            }
            return new BatchOutcome(counts, new WriteOutcome(-1, statement, keyColumns), e);
        }
    }
}
