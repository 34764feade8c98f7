package dev.weir.jdbc;

import dev.weir.cluster.Failure;
import dev.weir.cluster.Node;
import dev.weir.cluster.Tally;
import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import dev.weir.routing.RoutingSession;
import dev.weir.sql.Classification;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way of a plain read: to a replica if one may serve it, and elsewhere if its node fails before it has given a row. Confined to one
 * connection.
 */
abstract class ReadPath extends DelegatePath {
    private static final Duration SCHEMA_PATIENCE = Duration.ofSeconds(2);

    private static final String LOSS = "40001";

    private int seenGeneration = -1;

    /** Where reads are executed that take the session's standing route; null if there was none. */
    private @Nullable Delegate standing;

    ReadPath(
            RoutedConnection connection,
            RoutedDatabase database,
            RoutingSession session,
            Delegates delegates,
            SessionSettings settings,
            LogicalTransaction transaction) {
        super(connection, database, session, delegates, settings, transaction);
    }

    /** Executes a statement that has turned out to be something else. */
    abstract <R> R run(RoutedStatement statement, String sql, Classification classification, Call<R> call)
            throws SQLException;

    final <R> R read(RoutedStatement statement, String sql, Classification classification, Call<R> call)
            throws SQLException {
        long changes = session.changes();
        boolean schemaRead = isSchemaRead();
        int generation = database.generation();
        if (generation != seenGeneration) {
            // The verdict may be older than the catalog.
            seenGeneration = generation;
            return run(statement, sql, database.classify(sql), call);
        }
        if (!schemaRead && isHeldOnReplica()) {
            awaitSchema();
            return run(statement, sql, database.classify(sql), call);
        }
        Reason forced = schemaRead ? reasonForPrimary(statement, call) : Reason.UNREAD_SCHEMA;
        Route route =
                forced == null ? routing.route(classification, session, statement) : routing.toPrimary(forced, session);
        boolean mayMove = transaction.delegate() == null && session.pinnedTo() == null && statement.isRepeatable();
        long began = 0;
        Delegate delegate = null;
        try {
            delegate = ready(route, statement);
            began = statement.isTimed() ? System.nanoTime() : 0;
            R result = readOn(statement, delegate, call);
            completed(route, delegate);
            if (schemaRead && routing.stand(route, classification, generation, changes, session)) {
                standing = delegate;
            }
            return result;
        } catch (SQLException e) {
            FailedRead failed = new FailedRead(sql, classification, forced, mayMove, began, route, delegate, e);
            return readElsewhere(statement, failed, call);
        }
    }

    /**
     * The route of the read before if a plain statement's may take it; null if anything may have changed that has a part in it. It decides
     * nothing by itself: whatever is different takes the way of {@link #run}.
     *
     * @param tables those that it reads
     * @param generation the generation of the classification that says so
     */
    final @Nullable Route standing(Tables tables, int generation) {
        Delegate delegate = standing;
        return delegate != null
                        && delegate.isIdle(settings.newest())
                        && transaction.isIdle()
                        && !isJudging()
                        && !connection.isSerializable()
                ? session.standing(tables, generation)
                : null;
    }

    /** Whether a call has to be judged before anything else is executed. */
    abstract boolean isJudging();

    /** Executes a read by its {@link #standing} route. */
    final <R> R readStanding(
            RoutedStatement statement, String sql, Classification classification, Route route, Call<R> call)
            throws SQLException {
        Delegate delegate = Objects.requireNonNull(standing);
        R result;
        try {
            result = readOn(statement, delegate, call);
        } catch (SQLException e) {
            FailedRead failed = new FailedRead(sql, classification, null, true, 0, route, delegate, e);
            return readElsewhere(statement, failed, call);
        }
        remember(route);
        delegate.taken(route);
        if (!session.isStanding()) {
            routing.readCompleted(route, session);
        }
        return result;
    }

    /**
     * A read that has given no row yet.
     *
     * @param forced why only the primary may serve it; null if a replica may
     * @param mayMove whether it may be sent to another node
     * @param began when it was sent, if it has a query timeout
     * @param delegate where it was sent; null if the node could not be reached, so that nothing was
     */
    private record FailedRead(
            String sql,
            Classification classification,
            @Nullable Reason forced,
            boolean mayMove,
            long began,
            Route route,
            @Nullable Delegate delegate,
            SQLException failure) {
        FailedRead with(Route newRoute, @Nullable Delegate newDelegate, SQLException newFailure) {
            return new FailedRead(sql, classification, forced, mayMove, began, newRoute, newDelegate, newFailure);
        }
    }

    /** Tries a read again: once after it was sent, and on every node in turn as long as nothing could be sent. */
    @SuppressWarnings("ReferenceEquality") // an exception must not suppress itself
    private <R> R readElsewhere(RoutedStatement statement, FailedRead first, Call<R> call) throws SQLException {
        FailedRead failed = first;
        int sent = first.delegate == null ? 0 : 1;
        for (int tries = database.nodes(); ; tries--) {
            Route other = afterFailedRead(statement, failed);
            routing.cluster().meters().retried();
            Delegate delegate = null;
            try {
                delegate = ready(other, statement);
                sent++;
                R result = readOn(statement, delegate, call);
                completed(other, delegate);
                return result;
            } catch (SQLException e) {
                if (e != first.failure) {
                    e.addSuppressed(first.failure);
                }
                if (tries == 0 || sent > 1) {
                    Failure said = noteFailure(other.target(), delegate, e);
                    throw said == Failure.CONNECTION_LOST ? Refusal.lost(other.target(), e) : e;
                }
                failed = failed.with(other, delegate, e);
            }
        }
    }

    /** Whether the classifier's catalog has every schema change that a read must heed. */
    private boolean isSchemaRead() {
        CatalogWatch catalog = database.catalog();
        if (catalog.isSettled()) {
            return true;
        }
        catalog.update();
        return catalog.isComplete();
    }

    private boolean isHeldOnReplica() {
        Delegate inUse = transaction.delegate();
        return inUse != null && !inUse.isPrimary();
    }

    /** Waits for what the schema is now, since a read-only transaction on a replica can go nowhere else meanwhile. */
    private void awaitSchema() throws SQLException {
        try {
            if (!database.catalog().awaitComplete(SCHEMA_PATIENCE)) {
                throw Refusal.schemaUnread(SCHEMA_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.schemaUnread(SCHEMA_PATIENCE);
        }
    }

    private <R> R readOn(RoutedStatement statement, Delegate delegate, Call<R> call) throws SQLException {
        Tally tally = delegate.tally();
        long began = tally.readStarted() ? System.nanoTime() : 0;
        try {
            return send(statement, delegate, call);
        } finally {
            tally.readFinished();
            if (began != 0) {
                delegate.node().readTook(System.nanoTime() - began);
            }
        }
    }

    private void completed(Route route, Delegate delegate) throws SQLException {
        sent(route, delegate);
        if (!transaction.isOpen()) {
            routing.readCompleted(route, session);
            if (route.reason() == Reason.LEARNED) {
                transaction.noteCommit(delegate, Tables.ANY);
            }
        } else if (transaction.isReadOnly()) {
            routing.readCompleted(route, session);
        } else {
            transaction.notes(Tables.ANY);
        }
    }

    /** Why a plain read must not be tried on a replica; null if it may be, or if its transaction has a node already. */
    private @Nullable Reason reasonForPrimary(RoutedStatement statement, Call<?> call) throws SQLException {
        if (transaction.delegate() != null) {
            return null;
        }
        if (call.isForWrites()) {
            return Reason.WRITING_METHOD;
        }
        if (statement.isUpdatable()) {
            return Reason.UPDATABLE_RESULT;
        }
        if (!statement.isRepeatable()) {
            return Reason.UNREPEATABLE_PARAMETER;
        }
        return connection.isSerializable() ? Reason.SERIALIZABLE : null;
    }

    /**
     * Where a failed read is tried again: elsewhere if its node could not serve it, on the primary if it turned out to write.
     *
     * @throws SQLException the failure itself, if the read must not be repeated; 57014 if its query timeout has ended
     */
    @SuppressWarnings("ReferenceEquality") // an exception must not suppress itself
    private Route afterFailedRead(RoutedStatement statement, FailedRead failed) throws SQLException {
        SQLException failure = failed.failure;
        Node node = failed.route.target();
        boolean onPrimary = isPrimary(node);
        Failure said = noteFailure(node, failed.delegate, failure);
        boolean nothingSent = failed.delegate == null;
        boolean nodeFailed = said == Failure.CONNECTION_LOST || said == Failure.NOT_READY;
        // A transaction that this read was to begin has seen nothing, so it may as well begin on the primary.
        boolean entered = transaction.isOpen() && !nothingSent;
        if (nodeFailed && failed.began != 0) {
            useUpTimeout(statement, failed.began, node, failure);
        }
        boolean elsewhere = failed.mayMove && (nodeFailed || !onPrimary) && (!entered || said == Failure.UNSERVED);
        if (!elsewhere || connection.isClosed() || isOutOfTime(failed.delegate, failure)) {
            throw said == Failure.CONNECTION_LOST ? Refusal.lost(node, failure) : failure;
        }
        try {
            return switch (said) {
                case READ_ONLY -> {
                    database.learnRefusal(failed.sql);
                    node.failed();
                    yield routing.toPrimary(Reason.LEARNED, session);
                }
                case CONNECTION_LOST, NOT_READY ->
                    failed.forced == null
                            ? routing.route(failed.classification, session)
                            : routing.toPrimary(failed.forced, session);
                case UNSERVED -> {
                    node.unserved();
                    if (entered) {
                        transaction.rollback();
                    }
                    yield failed.forced == null
                            ? routing.afterUnserved(failed.classification, node, session)
                            : routing.toPrimary(failed.forced, session);
                }
                case DENIED, STATEMENT -> {
                    if (nothingSent) {
                        // The replica could not be given the session's settings.
                        yield routing.toPrimary(Reason.NO_REPLICA, session);
                    }
                    throw failure;
                }
            };
        } catch (SQLException e) {
            if (e == failure) {
                throw failure;
            }
            if (LOSS.equals(e.getSQLState())) {
                // A session is told but once that a failover has cost it something.
                e.addSuppressed(failure);
                throw e;
            }
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** Whether it waited for a connection until its query timeout, or until it was cancelled. */
    private static boolean isOutOfTime(@Nullable Delegate delegate, SQLException failure) {
        return delegate == null && failure instanceof SQLTimeoutException;
    }

    /** Leaves a repeated read what is left of its query timeout. */
    private static void useUpTimeout(RoutedStatement statement, long began, Node node, SQLException failure)
            throws SQLException {
        long took = System.nanoTime() - began;
        if (took >= statement.limitNanos()) {
            throw Refusal.timedOut(statement.limitNanos(), node, failure);
        }
        statement.waited(took);
    }
}
