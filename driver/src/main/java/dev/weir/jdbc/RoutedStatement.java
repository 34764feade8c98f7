package dev.weir.jdbc;

import dev.weir.routing.Route;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.StatementPart;
import dev.weir.sql.Tables;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement whose every execution goes to the node that may serve it, and what that gave. Confined to one connection, except that
 * {@link #cancel} may be called by another thread.
 */
class RoutedStatement extends SpreadStatement {
    /** What {@link #getResultSet} has given of the current target, or Weir's own answer. */
    private @Nullable RoutedResultSet result;

    private boolean answered;
    private boolean answerPassed;
    private boolean closeOnCompletion;

    private String sql = "";
    private GeneratedKeys keys = GeneratedKeys.Unasked.UNASKED;
    private @Nullable BatchPlan batch;
    private @Nullable HandleStatements handle;
    private volatile @Nullable Parts parts;
    private @Nullable RoutedStatement shown;

    RoutedStatement(RoutedConnection connection, StatementForm form) {
        super(connection, form);
    }

    /** One whose text is known from the beginning. */
    RoutedStatement(RoutedConnection connection, StatementForm form, String sql, GeneratedKeys keys) {
        super(connection, form);
        this.sql = sql;
        this.keys = keys;
    }

    /** The newest text that it was given. */
    final String sql() {
        return sql;
    }

    final GeneratedKeys keys() {
        return keys;
    }

    // ---------------------------------------------------------------- what the execution path asks for

    @Override
    Statement create(Connection on) throws SQLException {
        return form().create(on);
    }

    @Override
    Statement unwrapped(Statement pooled) throws SQLException {
        return pooled.unwrap(Statement.class);
    }

    /** Brings the target's parameters up to date. */
    void prepareToExecute(Target target) throws SQLException {}

    /**
     * Whether it can be sent a second time, elsewhere, with the same parameters.
     *
     * @throws SQLException 58030 if a stream cannot be read
     */
    boolean isRepeatable() throws SQLException {
        return true;
    }

    boolean hasParameters() {
        return false;
    }

    ResultSet queryOn(Statement target) throws SQLException {
        return target.executeQuery(sql);
    }

    int updateOn(Statement target) throws SQLException {
        return keys.update(target, sql);
    }

    long largeUpdateOn(Statement target) throws SQLException {
        return keys.largeUpdate(target, sql);
    }

    boolean executeOn(Statement target) throws SQLException {
        return keys.execute(target, sql);
    }

    /** The statement on a delegate, created and set up if there is none, and ready to execute; it becomes the current one. */
    final Statement on(Delegate delegate) throws SQLException {
        Target target = target(delegate);
        forgetResults();
        prepareToExecute(target);
        beforeSending(target);
        return target.statement;
    }

    /** The statement that holds a batch collected on a delegate. */
    final Statement collectedOn(Delegate delegate) throws SQLException {
        forgetResults();
        return target(delegate).statement;
    }

    /** Writes only what changes: most executions find nothing to forget. */
    private void forgetResults() throws SQLException {
        if (answered) {
            closeAnswer();
            answered = false;
        }
        if (result != null) {
            result = null;
        }
    }

    /** Executing a statement closes the result set of its previous execution, which the target does only for its own. */
    @Override
    void leave(Target target) throws SQLException {
        if (answered) {
            closeAnswer();
        } else if (!target.delegate.isDiscarded()) {
            closeResultOf(target);
        }
    }

    private void closeResultOf(Target target) {
        try {
            ResultSet newest = target.statement.getResultSet();
            if (newest != null) {
                newest.close();
            }
        } catch (SQLException e) {
            // Its connection has failed, and the result with it: no concern of what is executed elsewhere.
            routedConnection().execution().failedInResult(target.delegate, e);
        }
    }

    private void closeAnswer() throws SQLException {
        RoutedResultSet previous = result;
        if (previous != null) {
            previous.delegate().close();
        }
    }

    /** Wraps a result set of the current target. */
    final RoutedResultSet wrapped(ResultSet newest) {
        return new RoutedResultSet(newest, this);
    }

    /** Records that Weir itself answered the execution: with a result set, or null for an update count of 0. */
    final @Nullable ResultSet answered(@Nullable ResultSet answer) throws SQLException {
        Target target = current();
        if (target != null) {
            leave(target);
        } else if (answered) {
            closeAnswer();
        }
        answered = true;
        answerPassed = false;
        result = answer == null ? null : new RoutedResultSet(answer, this);
        return result;
    }

    /** A result set of this statement failed while it was being read. */
    final void failedInResult(SQLException failure) {
        Target target = current();
        if (target != null && !answered) {
            routedConnection().execution().failedInResult(target.delegate, failure);
        }
    }

    /** Whether it closes with its last open result set. */
    final boolean closesOnCompletion() {
        return shown().closeOnCompletion;
    }

    /** The current target's statement, else one on the node that answers for the connection. */
    @Override
    public Statement delegate() throws SQLException {
        checkOpen();
        Target target = current();
        if (target == null || target.delegate.isDiscarded()) {
            target = target(routedConnection().delegateForFacts());
            forgetResults();
            prepareToExecute(target);
        }
        return target.statement;
    }

    // ---------------------------------------------------------------- executing

    final <R> R execute(String text, GeneratedKeys wanted, Call<R> call) throws SQLException {
        beginExecution();
        sql = text;
        keys = wanted;
        int generation = routedConnection().database().generation();
        Classification classification = routedConnection().classify(text);
        Tables tables = call.isForWrites() ? null : freelyRead(classification);
        Route route = tables == null || parts != null || !isPlain()
                ? null
                : routedConnection().execution().standing(tables, generation);
        return route == null
                ? run(text, classification, call)
                : routedConnection().execution().readStanding(this, text, classification, route, call);
    }

    /** What a read reads that may take the route of another; null if it needs its own. */
    static @Nullable Tables freelyRead(Classification of) {
        return of.kind() == Kind.READ && of.hint() == null && !of.tableless() ? of.tables() : null;
    }

    final <R> R execute(String text, Classification classification, Call<R> call) throws SQLException {
        beginExecution();
        return run(text, classification, call);
    }

    final <R> R run(String text, Classification classification, Call<R> call) throws SQLException {
        if (parts != null) {
            closeParts();
        }
        Parts several = classification.kind() == Kind.MULTIPLE ? parts(text) : null;
        if (several == null) {
            return routedConnection().execution().run(this, text, classification, call);
        }
        Target target = current();
        if (target != null) {
            leave(target);
        }
        forgetResults();
        parts = several;
        return several.execute(call);
    }

    /** The statements of a text, ready to be executed one by one; null if it is to be executed as it is. */
    @Nullable Parts parts(String text) throws SQLException {
        List<StatementPart> split = routedConnection().database().parts(text);
        return split == null ? null : new Parts(this, split, null);
    }

    private void closeParts() throws SQLException {
        Parts before = parts;
        parts = null;
        if (before != null) {
            before.close();
        }
    }

    /** Makes it execute a part of another statement's text, which the application takes for it. */
    final void standFor(RoutedStatement whole) {
        shown = whole;
        shareSettings(whole);
    }

    /** What the application knows as this statement. */
    final RoutedStatement shown() {
        RoutedStatement whole = shown;
        return whole == null ? this : whole;
    }

    @Override
    public final void cancel() throws SQLException {
        super.cancel();
        Parts now = parts;
        if (now != null) {
            now.cancel();
        }
    }

    @Override
    public ResultSet executeQuery(String text) throws SQLException {
        return execute(text, GeneratedKeys.Unasked.UNASKED, Call.QUERY);
    }

    @Override
    public int executeUpdate(String text) throws SQLException {
        return execute(text, GeneratedKeys.Unasked.UNASKED, Call.UPDATE);
    }

    @Override
    public int executeUpdate(String text, int flag) throws SQLException {
        return execute(text, new GeneratedKeys.ByFlag(flag), Call.UPDATE);
    }

    @Override
    public int executeUpdate(String text, int[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByIndex(columns), Call.UPDATE);
    }

    @Override
    public int executeUpdate(String text, String[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByName(columns), Call.UPDATE);
    }

    @Override
    public long executeLargeUpdate(String text) throws SQLException {
        return execute(text, GeneratedKeys.Unasked.UNASKED, Call.LARGE_UPDATE);
    }

    @Override
    public long executeLargeUpdate(String text, int flag) throws SQLException {
        return execute(text, new GeneratedKeys.ByFlag(flag), Call.LARGE_UPDATE);
    }

    @Override
    public long executeLargeUpdate(String text, int[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByIndex(columns), Call.LARGE_UPDATE);
    }

    @Override
    public long executeLargeUpdate(String text, String[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByName(columns), Call.LARGE_UPDATE);
    }

    @Override
    public boolean execute(String text) throws SQLException {
        return execute(text, GeneratedKeys.Unasked.UNASKED, Call.EXECUTE);
    }

    @Override
    public boolean execute(String text, int flag) throws SQLException {
        return execute(text, new GeneratedKeys.ByFlag(flag), Call.EXECUTE);
    }

    @Override
    public boolean execute(String text, int[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByIndex(columns), Call.EXECUTE);
    }

    @Override
    public boolean execute(String text, String[] columns) throws SQLException {
        return execute(text, new GeneratedKeys.ByName(columns), Call.EXECUTE);
    }

    // ---------------------------------------------------------------- batches

    @Override
    public void addBatch(String text) throws SQLException {
        beginExecution();
        batchFor(text, routedConnection().classify(text)).addBatch(text);
    }

    /** The target's statement for one more batch element of this kind. */
    final Statement batchFor(String text, Classification classification) throws SQLException {
        BatchPlan plan = batch;
        if (plan == null) {
            plan = new BatchPlan(routedConnection().execution().forBatch(this));
            batch = plan;
        }
        plan.add(text, classification, routedConnection().execution());
        return on(plan.delegate());
    }

    @Override
    public void clearBatch() throws SQLException {
        checkOpen();
        BatchPlan plan = batch;
        batch = null;
        if (plan != null) {
            collectedOn(plan.delegate()).clearBatch();
        }
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return runBatch(Call.BATCH, new int[0]);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return runBatch(Call.LARGE_BATCH, new long[0]);
    }

    private <R> R runBatch(Call<R> call, R empty) throws SQLException {
        checkOpen();
        BatchPlan plan = batch;
        batch = null;
        return plan == null ? empty : routedConnection().execution().runBatch(this, plan, call);
    }

    // ---------------------------------------------------------------- results

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getWarnings();
        }
        Target target = current();
        return target == null || answered ? null : target.statement.getWarnings();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same cursor, not an equal one
    public @Nullable ResultSet getResultSet() throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getResultSet();
        }
        if (answered) {
            return result;
        }
        Target target = current();
        ResultSet newest = target == null ? null : target.statement.getResultSet();
        if (newest == null) {
            return null;
        }
        RoutedResultSet known = result;
        if (known == null || known.delegate() != newest) {
            known = wrapped(newest);
            result = known;
        }
        return known;
    }

    @Override
    public int getUpdateCount() throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getUpdateCount();
        }
        Target target = current();
        return answered ? answeredCount() : target == null ? -1 : target.statement.getUpdateCount();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getLargeUpdateCount();
        }
        Target target = current();
        return answered ? answeredCount() : target == null ? -1 : target.statement.getLargeUpdateCount();
    }

    private int answeredCount() {
        return result == null && !answerPassed ? 0 : -1;
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return getMoreResults(CLOSE_CURRENT_RESULT);
    }

    @Override
    public boolean getMoreResults(int what) throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getMoreResults(what);
        }
        if (answered) {
            if (what != KEEP_CURRENT_RESULT) {
                closeAnswer();
            }
            result = null;
            answerPassed = true;
            return false;
        }
        result = null;
        Target target = current();
        return target != null
                && (what == CLOSE_CURRENT_RESULT
                        ? target.statement.getMoreResults()
                        : target.statement.getMoreResults(what));
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        checkOpen();
        Parts several = parts;
        if (several != null) {
            return several.first().getGeneratedKeys();
        }
        return new RoutedResultSet(delegate().getGeneratedKeys(), this);
    }

    @Override
    public Connection getConnection() throws SQLException {
        checkOpen();
        HandleStatements family = handle;
        return family == null ? routedConnection() : family.handle();
    }

    /** Says that the application made it through a handle, which it then leads back to. */
    final void madeThrough(HandleStatements family) {
        handle = family;
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        checkOpen();
        closeOnCompletion = true;
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        checkOpen();
        return closeOnCompletion;
    }

    @Override
    public void close() throws SQLException {
        result = null;
        HandleStatements family = handle;
        if (family != null) {
            family.closed(this);
        }
        try {
            closeParts();
        } finally {
            closeTargets();
        }
    }
}
