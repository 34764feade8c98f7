package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.WriteShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executes data modifications of one connection so that what they change is in the log of their transaction. Confined to one connection. */
final class CapturedWrites {
    private final CaptureSession session;
    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final CapturedSettings settings;
    private final WritePlans plans;
    private final WriteExecutor executor;
    private final WriteAtOnce atOnce;

    CapturedWrites(
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
        this.plans = new WritePlans(physical, store, transaction, settings);
        this.atOnce = new WriteAtOnce(physical, store);
        this.executor = new WriteExecutor(physical, store, transaction, session::isAutoCommit);
    }

    /** Runs what may change rows in a way that its text does not show, and logs those that it changes. */
    <T> T tracing(CaptureSession.Work<T> work) throws SQLException {
        return session.inTransaction(() -> executor.tracing(work::run));
    }

    /**
     * Executes many times one data modification, in one transaction under auto-commit. The elements that fail leave the others in force.
     *
     * @return empty, with nothing executed, if the plan asks for executing them one by one
     */
    Optional<BatchOutcome> writeAll(
            Classification classification, String sql, List<WriteRequest> requests, PreparedStatements statements)
            throws SQLException {
        return session.inTransaction(requests.stream().allMatch(WriteRequest::isRepeatable), () -> {
            WritePlan plan = plans.plan(sql, classification);
            return new BatchExecutor(store, transaction).execute(plan, requests, settings.context(), statements);
        });
    }

    /** Executes a data modification and, in auto-commit, commits it. */
    WriteOutcome write(Classification classification, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        return session.inTransaction(request.isRepeatable(), () -> {
            WritePlan plan = plans.plan(request.sql(), classification);
            WriteOutcome atOnce = writeAtOnce(plan, request);
            if (atOnce != null) {
                return atOnce;
            }
            return plans.replanning(
                    plan,
                    request,
                    classification,
                    current -> executor.execute(current, request, settings.context(), statements));
        });
    }

    /** Under auto-commit on a remote primary, executes, logs and commits a statement in one round trip; null if that cannot be. */
    private @Nullable WriteOutcome writeAtOnce(WritePlan plan, WriteRequest request) throws SQLException {
        if (!(plan instanceof WritePlan.Point)
                || store.directCommits() != null
                || !session.isAutoCommit()
                || !session.isReadCommitted()
                || request.keys() != KeyRequest.NONE
                || !transaction.catalog(physical).settings().writesAtOnce()) {
            return null;
        }
        List<@Nullable Object> parameters = request.loggable();
        WriteAtOnce.Written written = parameters == null
                ? null
                : atOnce.write(transaction.schemaLsn(), settings.context(), request.sql(), parameters);
        if (written == null) {
            return null;
        }
        session.settle(written.committed());
        return new WriteOutcome(written.count(), null, 0);
    }

    /** Executes a query that modifies data, such as one over FINAL TABLE, and, in auto-commit, commits it. */
    ResultSet writingQuery(Classification classification, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        return session.inTransaction(request.isRepeatable(), () -> {
            WriteShape write = classification.write();
            WriteShape.Delta delta = write == null ? null : write.delta();
            WritePlan alone = delta == null ? null : plans.plan(delta.statement(), classification);
            if (delta != null && alone != null) {
                DeltaQuery query = DeltaQuery.of(delta, alone, transaction.catalog(physical));
                if (query != null) {
                    WriteRequest inner = query.request(request);
                    WriteOutcome outcome = plans.replanning(
                            alone,
                            inner,
                            classification,
                            current -> query.execute(executor, current, inner, settings.context(), statements));
                    return query.rows(outcome);
                }
            }
            WritePlan plan = plans.plan(request.sql(), classification);
            if (plan instanceof WritePlan.Refused refused) {
                throw Refusals.notReplicable(refused.reason());
            }
            if (plan instanceof WritePlan.Point point && point.otherwise() instanceof WritePlan.Refused refused) {
                throw Refusals.notReplicable(refused.reason());
            }
            if (plan instanceof WritePlan.Compare compare) {
                return executor.queryComparing(compare, request, statements);
            }
            if (plan instanceof WritePlan.Traced) {
                return executor.queryTracing(request, statements);
            }
            if (plan instanceof WritePlan.Local) {
                PreparedStatement statement = statements.prepare(request.sql(), KeyRequest.NONE);
                request.bind(statement);
                return statement.executeQuery();
            }
            throw Refusals.countForRows();
        });
    }
}
