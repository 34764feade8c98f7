package dev.weir.jdbc;

import dev.weir.forward.ForwardingStatement;
import dev.weir.routing.Patience;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * A statement that has a statement of its own on each node that it has used, all with the same settings. Confined to one connection,
 * except that {@link #cancel} may be called by another thread.
 */
abstract class SpreadStatement implements ForwardingStatement, Patience {
    private final RoutedConnection connection;
    private final StatementForm form;
    private final boolean updatable;
    private @Nullable StatementSettings settings;
    private volatile @Nullable Target current;
    private @Nullable Target @Nullable [] others;
    private boolean closed;
    private volatile boolean cancelled;
    private long waited;
    private int shortened;

    SpreadStatement(RoutedConnection connection, StatementForm form) {
        this.connection = connection;
        this.form = form;
        this.updatable = form.isUpdatable();
    }

    /**
     * The statement on one delegate, and which recorded parameters it has. Calls go to what the pool has wrapped, since a wrapper
     * costs each of them and makes an object for each result set; closing goes to the wrapper, which keeps count of what is open.
     */
    static final class Target {
        final Delegate delegate;
        final Statement statement;
        private final Statement pooled;

        /** The version of the parameters that it has, while it is not the current one. */
        long bound;

        Target(Delegate delegate, Statement pooled, Statement statement) {
            this.delegate = delegate;
            this.pooled = pooled;
            this.statement = statement;
        }

        void close() throws SQLException {
            pooled.close();
        }
    }

    final StatementForm form() {
        return form;
    }

    final RoutedConnection routedConnection() {
        return connection;
    }

    final boolean isUpdatable() {
        return updatable;
    }

    // ---------------------------------------------------------------- targets

    /** Creates the statement on a delegate's connection. */
    abstract Statement create(Connection on) throws SQLException;

    /**
     * What a pool has wrapped that {@link #create} made. It is asked for as the interface by which it is used later, and as no other: before
     * Java 23 a class remembers but one interface that an object was found to have, and threads that ask for two in turn contend for that.
     */
    abstract Statement unwrapped(Statement pooled) throws SQLException;

    /** Closes what its newest execution has given, because the next one runs elsewhere. */
    abstract void leave(Target target) throws SQLException;

    /** Makes a target ready to be the current one. */
    void enter(Target target) {}

    boolean isPrepared() {
        return false;
    }

    /** The target of the newest execution; null if there was none. */
    final @Nullable Target current() {
        return current;
    }

    /** Whether it has no settings of its own, and nothing else that an execution must heed but its parameters. */
    boolean isPlain() {
        return settings == null && !updatable;
    }

    /** The target on a delegate, created and set up if there is none; it becomes the current one. */
    final Target target(Delegate delegate) throws SQLException {
        Target target = current;
        return target == null || target.delegate != delegate ? switchTo(delegate) : target;
    }

    private void noteQueryTimeout(Delegate delegate) {
        if (settings != null && settings.queryTimeout() != null) {
            delegate.noteQueryTimeout();
        }
    }

    private Target switchTo(Delegate delegate) throws SQLException {
        Target before = current;
        if (before != null) {
            leave(before);
            keep(before);
        }
        Target target = kept(delegate);
        if (target == null) {
            Statement pooled = create(delegate.connection());
            target = new Target(delegate, pooled, unwrapped(pooled));
            if (settings != null) {
                settings.applyTo(target.statement);
                noteQueryTimeout(delegate);
            }
        }
        enter(target);
        current = target;
        return target;
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

    // ---------------------------------------------------------------- settings

    private StatementSettings settings() {
        if (settings == null) {
            settings = new StatementSettings();
        }
        return settings;
    }

    /** Takes the settings of another, whose changes it follows for the targets that are made after them. */
    final void shareSettings(SpreadStatement other) {
        settings = other.settings();
    }

    private void change(StatementSettings.Change change) throws SQLException {
        for (Target target : targets()) {
            change.on(target.statement);
        }
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

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        for (Target target : targets()) {
            target.statement.clearWarnings();
        }
    }

    // ---------------------------------------------------------------- patience

    /** Begins an execution: what was cancelled or used up its time was one before. */
    final void beginExecution() throws SQLException {
        checkOpen();
        if (cancelled) {
            cancelled = false;
        }
        if (waited != 0) {
            waited = 0;
        }
        if (shortened != 0) {
            restoreTimeout();
        }
    }

    /** The last moment at which an execution can be stopped, or given less time, without the node. */
    final void beforeSending(Target target) throws SQLException {
        if (cancelled) {
            throw Refusal.cancelled();
        }
        if (shortened != 0) {
            target.statement.setQueryTimeout(shortened);
            target.delegate.noteQueryTimeout();
        }
    }

    /** Whether it has a query timeout. */
    final boolean isTimed() {
        return settings != null && limitNanos() != Long.MAX_VALUE;
    }

    @Override
    public final long limitNanos() {
        long timeout = timeoutNanos();
        return timeout == Long.MAX_VALUE ? timeout : Math.max(0, timeout - waited);
    }

    private long timeoutNanos() {
        Integer seconds = settings == null ? null : settings.queryTimeout();
        return seconds == null || seconds == 0 ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public final boolean isWithdrawn() {
        return cancelled;
    }

    /** Leaves the target what waiting has left of the query timeout, in whole seconds and at least one, for one execution. */
    @Override
    public final void waited(long nanos) {
        long limit = timeoutNanos();
        if (limit != Long.MAX_VALUE) {
            waited += nanos;
            int left = (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(limit - waited + 999_999_999L));
            shortened = left < TimeUnit.NANOSECONDS.toSeconds(limit) ? left : 0;
        }
    }

    private void restoreTimeout() throws SQLException {
        shortened = 0;
        if (settings != null && settings.queryTimeout() != null) {
            change(settings.queryTimeout(settings.queryTimeout()));
        }
    }

    /** Reaches the execution wherever it is: waiting for a replica, about to be sent, or running on a node. */
    @Override
    public void cancel() throws SQLException {
        cancelled = true;
        Target target = current;
        if (target != null) {
            target.statement.cancel();
        }
    }

    // ---------------------------------------------------------------- life

    /** Closes the statements on all nodes. */
    final void closeTargets() throws SQLException {
        if (!closed) {
            closed = true;
            SQLException first = null;
            Target now = current;
            if (others != null) {
                for (Target target : others) {
                    first = target == null || target == now ? first : closed(target, first);
                }
            }
            first = now == null ? first : closed(now, first);
            if (first != null) {
                throw first;
            }
        }
    }

    private static @Nullable SQLException closed(Target target, @Nullable SQLException first) {
        if (target.delegate.isDiscarded()) {
            return first;
        }
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
}
