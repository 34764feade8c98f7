package dev.weir.jdbc;

import dev.weir.cluster.Node;
import dev.weir.forward.ForwardingStatement;
import dev.weir.sql.Classification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * A statement whose every execution goes to the node that may serve it, through a statement of its own on each node that it has used.
 * Confined to one connection, except that {@link #cancel} may be called by another thread.
 */
class RoutedStatement implements ForwardingStatement {
    private final RoutedConnection connection;
    private final StatementForm form;
    private @Nullable StatementSettings settings;
    private volatile @Nullable Target current;
    private @Nullable Target @Nullable [] others;
    private @Nullable RoutedResultSet open;
    private @Nullable RoutedResultSet answer;
    private boolean answered;
    private boolean answerPassed;
    private boolean closed;
    private boolean closeOnCompletion;

    private String sql = "";
    private GeneratedKeys keys = GeneratedKeys.Unasked.UNASKED;
    private @Nullable BatchPlan batch;

    RoutedStatement(RoutedConnection connection, StatementForm form) {
        this.connection = connection;
        this.form = form;
    }

    /**
     * The statement on one delegate, and which recorded parameters it has. Calls go to what the pool has wrapped, since a wrapper
     * costs each of them and makes an object for each result set; closing goes to the wrapper, which keeps count of what is open.
     */
    static final class Target {
        final Delegate delegate;
        final Statement statement;
        private final Statement pooled;
        long bound;

        Target(Delegate delegate, Statement pooled, Class<? extends Statement> type) throws SQLException {
            this.delegate = delegate;
            this.pooled = pooled;
            this.statement = pooled.unwrap(type);
        }

        void close() throws SQLException {
            pooled.close();
        }
    }

    // ---------------------------------------------------------------- what the execution path asks for

    final StatementForm form() {
        return form;
    }

    final RoutedConnection routedConnection() {
        return connection;
    }

    final boolean isUpdatable() {
        return form.isUpdatable();
    }

    boolean hasStreams() {
        return false;
    }

    boolean hasParameters() {
        return false;
    }

    /** Creates the statement on a delegate's connection. */
    Statement create(Connection on) throws SQLException {
        return form.create(on);
    }

    /** What {@link #create} makes, as an interface of JDBC. */
    Class<? extends Statement> type() {
        return Statement.class;
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
        Target target = current;
        if (target == null || target.delegate != delegate) {
            target = switchTo(delegate);
        }
        answered = false;
        prepareToExecute(target);
        return target.statement;
    }

    /** The statement that holds a batch collected on a delegate. */
    final Statement collectedOn(Delegate delegate) throws SQLException {
        Target target = current;
        if (target == null || target.delegate != delegate) {
            target = switchTo(delegate);
        }
        answered = false;
        return target.statement;
    }

    /** Brings the target's parameters up to date. */
    void prepareToExecute(Target target) throws SQLException {}

    private void noteQueryTimeout(Delegate delegate) {
        if (settings != null && settings.queryTimeout() != null) {
            delegate.noteQueryTimeout();
        }
    }

    private Target switchTo(Delegate delegate) throws SQLException {
        Target before = current;
        if (before != null) {
            closeOpenResult();
            keep(before);
        }
        Target target = kept(delegate);
        if (target == null) {
            target = new Target(delegate, create(delegate.connection()), type());
            if (settings != null) {
                settings.applyTo(target.statement);
                noteQueryTimeout(delegate);
            }
        }
        current = target;
        return target;
    }

    /** Executing a statement closes the result set of its previous execution, which the target does only for its own. */
    private void closeOpenResult() throws SQLException {
        RoutedResultSet previous = open;
        open = null;
        if (previous != null) {
            previous.closeBeforeReuse();
        }
    }

    private void keep(Target target) {
        if (others == null) {
            others = new @Nullable Target[connection.database().nodes()];
        }
        others[target.delegate.node().index()] = target;
    }

    private @Nullable Target kept(Delegate delegate) {
        Target target = others == null ? null : others[delegate.node().index()];
        return target != null && target.delegate == delegate ? target : null;
    }

    /** Wraps a result set of the current target. */
    final RoutedResultSet opened(ResultSet result) {
        RoutedResultSet routed = new RoutedResultSet(result, this);
        open = routed;
        return routed;
    }

    /** Records that Weir itself answered the execution: with a result set, or null for an update count of 0. */
    final @Nullable ResultSet answered(@Nullable ResultSet result) throws SQLException {
        closeOpenResult();
        answered = true;
        answerPassed = false;
        answer = result == null ? null : new RoutedResultSet(result, this);
        open = answer;
        return answer;
    }

    /** A result set of this statement was closed by the application. */
    final void resultClosed(RoutedResultSet result) throws SQLException {
        if (result == open) {
            open = null;
            if (closeOnCompletion) {
                close();
            }
        }
    }

    // ---------------------------------------------------------------- executing

    final <R> R execute(String text, GeneratedKeys wanted, Call<R> call) throws SQLException {
        checkOpen();
        sql = text;
        keys = wanted;
        return connection.execution().run(this, text, connection.classify(text), call);
    }

    final <R> R execute(String text, Classification classification, Call<R> call) throws SQLException {
        checkOpen();
        return connection.execution().run(this, text, classification, call);
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
        checkOpen();
        batchFor(text, connection.classify(text)).addBatch(text);
    }

    /** The target's statement for one more batch element of this kind. */
    final Statement batchFor(String text, Classification classification) throws SQLException {
        BatchPlan plan = batch;
        if (plan == null) {
            plan = new BatchPlan(connection.execution().forBatch());
            batch = plan;
        }
        plan.add(text, classification, connection.execution());
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
        return plan == null ? empty : connection.execution().runBatch(this, plan, call);
    }

    // ---------------------------------------------------------------- results

    @Override
    @SuppressWarnings("ReferenceEquality") // the same cursor, not an equal one
    public @Nullable ResultSet getResultSet() throws SQLException {
        checkOpen();
        if (answered) {
            return answer;
        }
        Target target = current;
        ResultSet result = target == null ? null : target.statement.getResultSet();
        if (result == null) {
            return null;
        }
        RoutedResultSet known = open;
        return known != null && known.delegate() == result ? known : opened(result);
    }

    @Override
    public int getUpdateCount() throws SQLException {
        checkOpen();
        Target target = current;
        return answered ? answeredCount() : target == null ? -1 : target.statement.getUpdateCount();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        checkOpen();
        Target target = current;
        return answered ? answeredCount() : target == null ? -1 : target.statement.getLargeUpdateCount();
    }

    private int answeredCount() {
        return answer == null && !answerPassed ? 0 : -1;
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return getMoreResults(CLOSE_CURRENT_RESULT);
    }

    @Override
    public boolean getMoreResults(int what) throws SQLException {
        checkOpen();
        if (answered) {
            if (what != KEEP_CURRENT_RESULT) {
                closeOpenResult();
            }
            answer = null;
            answerPassed = true;
            return false;
        }
        open = null;
        Target target = current;
        return target != null
                && (what == CLOSE_CURRENT_RESULT
                        ? target.statement.getMoreResults()
                        : target.statement.getMoreResults(what));
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        checkOpen();
        return new RoutedResultSet(delegate().getGeneratedKeys(), this);
    }

    @Override
    public Connection getConnection() throws SQLException {
        checkOpen();
        return connection;
    }

    // ---------------------------------------------------------------- settings

    private StatementSettings settings() {
        if (settings == null) {
            settings = new StatementSettings();
        }
        return settings;
    }

    private void change(StatementSettings.Change change) throws SQLException {
        for (Target target : targets()) {
            change.on(target.statement);
        }
    }

    /** The statements that exist, the current one first. */
    final List<Target> targets() {
        List<Target> all = new ArrayList<>();
        Target now = current;
        if (now != null && !now.delegate.isDiscarded()) {
            all.add(now);
        }
        if (others != null) {
            for (Target target : others) {
                if (target != null && target != now && !target.delegate.isDiscarded()) {
                    all.add(target);
                }
            }
        }
        return all;
    }

    @Override
    public void setFetchSize(int rows) throws SQLException {
        checkOpen();
        if (rows < 0 && current == null) {
            delegate().setFetchSize(rows);
        }
        change(settings().fetchSize(rows));
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        Integer set = settings == null ? null : settings.fetchSize();
        return set != null ? set : delegate().getFetchSize();
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        checkOpen();
        change(settings().fetchDirection(direction));
    }

    @Override
    public int getFetchDirection() throws SQLException {
        checkOpen();
        Integer set = settings == null ? null : settings.fetchDirection();
        return set != null ? set : ResultSet.FETCH_FORWARD;
    }

    @Override
    public void setMaxFieldSize(int bytes) throws SQLException {
        checkOpen();
        refuseNegative("Field size limit", bytes);
        change(settings().maxFieldSize(bytes));
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        checkOpen();
        Integer set = settings == null ? null : settings.maxFieldSize();
        return set != null ? set : 0;
    }

    @Override
    public void setMaxRows(int rows) throws SQLException {
        setLargeMaxRows(rows);
    }

    @Override
    public void setLargeMaxRows(long rows) throws SQLException {
        checkOpen();
        refuseNegative("Row limit", rows);
        change(settings().maxRows(rows));
    }

    @Override
    public int getMaxRows() throws SQLException {
        return (int) Math.min(getLargeMaxRows(), Integer.MAX_VALUE);
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        checkOpen();
        Long set = settings == null ? null : settings.maxRows();
        return set != null ? set : 0;
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        checkOpen();
        refuseNegative("Query timeout", seconds);
        change(settings().queryTimeout(seconds));
        for (Target target : targets()) {
            noteQueryTimeout(target.delegate);
        }
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        checkOpen();
        Integer set = settings == null ? null : settings.queryTimeout();
        return set != null ? set : 0;
    }

    @Override
    public void setEscapeProcessing(boolean on) throws SQLException {
        checkOpen();
        change(settings().escapeProcessing(on));
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        checkOpen();
        change(settings().cursorName(name));
    }

    @Override
    public void setPoolable(boolean on) throws SQLException {
        checkOpen();
        change(settings().poolable(on));
    }

    @Override
    public boolean isPoolable() throws SQLException {
        checkOpen();
        Boolean set = settings == null ? null : settings.poolable();
        return set != null ? set : isPrepared();
    }

    boolean isPrepared() {
        return false;
    }

    private static void refuseNegative(String subject, long value) throws SQLException {
        if (value < 0) {
            throw Refusal.invalid(subject + " " + value + " is negative; 0 means none");
        }
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        checkOpen();
        return form.concurrency() == 0 ? ResultSet.CONCUR_READ_ONLY : form.concurrency();
    }

    @Override
    public int getResultSetType() throws SQLException {
        checkOpen();
        return form.type() == 0 ? ResultSet.TYPE_FORWARD_ONLY : form.type();
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        checkOpen();
        return form.holdability() == 0 ? connection.getHoldability() : form.holdability();
    }

    // ---------------------------------------------------------------- warnings

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        Target target = current;
        return target == null || answered ? null : target.statement.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        for (Target target : targets()) {
            target.statement.clearWarnings();
        }
    }

    // ---------------------------------------------------------------- life

    /** The current target's statement, else one on the node that answers for the connection. */
    @Override
    public Statement delegate() throws SQLException {
        checkOpen();
        Target target = current;
        return target != null && !target.delegate.isDiscarded() ? target.statement : on(connection.delegateForFacts());
    }

    @Override
    public void cancel() throws SQLException {
        Target target = current;
        if (target != null) {
            target.statement.cancel();
        }
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
        if (closed) {
            return;
        }
        closed = true;
        open = null;
        answer = null;
        SQLException first = null;
        for (Target target : targets()) {
            first = closed(target, first);
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable SQLException closed(Target target, @Nullable SQLException first) {
        try {
            target.close();
            return first;
        } catch (SQLException e) {
            if (first == null) {
                return e;
            }
            first.addSuppressed(e);
            return first;
        }
    }

    @Override
    public boolean isClosed() {
        return closed || connection.isClosed();
    }

    final void checkOpen() throws SQLException {
        if (closed || connection.isClosed()) {
            throw connection.isClosed() ? Refusal.connectionClosed() : Refusal.statementClosed();
        }
    }

    @Override
    @NullUnmarked
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate().isWrapperFor(type);
    }

    /** The node that executed last; null if none has. */
    final @Nullable Node lastNode() {
        Target target = current;
        return target == null ? null : target.delegate.node();
    }
}
