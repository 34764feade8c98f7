package dev.weir.jdbc;

import dev.weir.forward.RecordedParameters;
import dev.weir.sql.Kind;
import dev.weir.sql.StatementPart;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text of several statements on H2, executed one by one as H2 does itself: what the first gives is the whole text's result, the others'
 * results are dropped, each commits by itself under auto-commit, and the first that fails ends it and, in a transaction, undoes those before
 * it. No keys are returned. Confined to one connection, except that {@link #cancel} may be called by another thread.
 */
final class Parts {
    private final RoutedStatement whole;
    private final List<StatementPart> parts;
    private final @Nullable RecordedParameters parameters;
    private final RoutedStatement first;
    private volatile @Nullable RoutedStatement running;
    private @Nullable Savepoint start;

    /**
     * What is to be executed.
     *
     * @param whole the application's statement
     * @param parameters those of the whole text if it is a prepared one, all of them set
     */
    Parts(RoutedStatement whole, List<StatementPart> parts, @Nullable RecordedParameters parameters) {
        this.whole = whole;
        this.parts = parts;
        this.parameters = parameters;
        this.first = statement(parts.get(0), whole.form());
        first.standFor(whole);
    }

    private RoutedStatement statement(StatementPart part, StatementForm form) {
        RoutedConnection connection = whole.routedConnection();
        return parameters == null
                ? new RoutedStatement(connection, form)
                : new RoutedPreparedStatement(connection, form, part.sql(), GeneratedKeys.Unasked.UNASKED);
    }

    /** What holds the results. */
    RoutedStatement first() {
        return first;
    }

    <R> R execute(Call<R> call) throws SQLException {
        markStart();
        R result;
        try {
            result = run(first, parts.get(0), 1, call);
            int next = 1 + parts.get(0).parameters();
            for (StatementPart part : parts.subList(1, parts.size())) {
                executeOther(part, next);
                next += part.parameters();
            }
        } catch (SQLException e) {
            undo(e);
            throw e;
        }
        Savepoint unused = start;
        if (unused != null) {
            whole.routedConnection().releaseSavepoint(unused);
        }
        return result;
    }

    private void executeOther(StatementPart part, int firstParameter) throws SQLException {
        if (whole.isWithdrawn()) {
            throw Refusal.cancelled();
        }
        try (RoutedStatement other = statement(part, StatementForm.DEFAULT)) {
            other.setQueryTimeout(whole.getQueryTimeout());
            run(other, part, firstParameter, Call.EXECUTE);
        }
    }

    /** Remembers where the text, or what is left of it since a transaction has ended in it, began to change something. */
    private void markStart() throws SQLException {
        start = whole.routedConnection().mayWriteInTransaction()
                ? whole.routedConnection().setSavepoint()
                : null;
    }

    private void undo(SQLException failure) {
        Savepoint from = start;
        if (from != null) {
            try {
                whole.routedConnection().rollback(from);
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private <R> R run(RoutedStatement statement, StatementPart part, int firstParameter, Call<R> call)
            throws SQLException {
        if (parameters != null && statement instanceof RoutedPreparedStatement prepared) {
            parameters.rewind();
            parameters.copyTo(prepared.parameters(), firstParameter, part.parameters());
        }
        running = statement;
        R result;
        try {
            result = statement.execute(part.sql(), GeneratedKeys.Unasked.UNASKED, call);
        } finally {
            running = null;
        }
        if (mayMoveStart(whole.routedConnection().classify(part.sql()).kind())) {
            markStart();
        }
        return result;
    }

    /** Whether a statement may have ended a transaction, begun one, or gone back behind the savepoint. */
    private static boolean mayMoveStart(Kind kind) {
        return switch (kind) {
            case READ,
                    PRIMARY_READ,
                    WRITE,
                    CALL,
                    EMPTY,
                    SHOW_NODES,
                    SHOW_SESSION,
                    SHOW_AUDIT,
                    EXPLAIN_ROUTE,
                    EXPLAIN_REPLICATION -> false;
            case DDL,
                    BEGIN,
                    COMMIT,
                    ROLLBACK,
                    SAVEPOINT,
                    RELEASE_SAVEPOINT,
                    ROLLBACK_TO_SAVEPOINT,
                    TRANSACTION_SETTING,
                    SESSION,
                    MAINTENANCE,
                    MULTIPLE,
                    UNKNOWN -> true;
        };
    }

    void cancel() throws SQLException {
        RoutedStatement now = running;
        if (now != null) {
            now.cancel();
        }
    }

    void close() throws SQLException {
        first.close();
    }
}
