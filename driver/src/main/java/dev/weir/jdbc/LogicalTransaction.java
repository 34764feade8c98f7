package dev.weir.jdbc;

import dev.weir.cluster.Failure;
import dev.weir.jdbc.SessionSettings.SessionSql;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import dev.weir.routing.RoutingSession.Transaction;
import dev.weir.sql.SqlDialect;
import dev.weir.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The transaction that the application sees: opened by auto-commit off or BEGIN, on one node from its first statement on. Confined to
 * one connection.
 */
final class LogicalTransaction {
    private final Routing routing;
    private final RoutingSession session;
    private final Delegates delegates;
    private final SessionSettings settings;
    private final boolean transactionalSettings;

    private List<SessionSql> pending = List.of();
    private boolean autoCommit = true;
    private boolean readOnly;
    private @Nullable SqlBegin begun;
    private @Nullable Delegate delegate;
    private @Nullable Delegate exposed;
    private @Nullable Runnable afterCommit;
    private long appliedBefore;
    private long notedLsn = -1;

    /** The tables into which the transaction has inserted, while that is all it has done; null if nothing is known of it. */
    private @Nullable Tables inserted;

    LogicalTransaction(Routing routing, RoutingSession session, Delegates delegates, SessionSettings settings) {
        this.routing = routing;
        this.session = session;
        this.delegates = delegates;
        this.settings = settings;
        this.transactionalSettings = routing.cluster().settings().dialect() == SqlDialect.POSTGRESQL;
    }

    /** Whether statements run in a transaction now, whether or not one has been executed. */
    boolean isOpen() {
        return !autoCommit || begun != null;
    }

    /** Whether every statement commits by itself. */
    boolean isIdle() {
        return autoCommit && begun == null && delegate == null;
    }

    /** Where it runs; null until its first statement. */
    @Nullable Delegate delegate() {
        return delegate;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    /** Whether the connection, or the transaction by its BEGIN, is declared read-only. */
    boolean isReadOnly() {
        return readOnly || (begun != null && begun.isReadOnly());
    }

    boolean isConnectionReadOnly() {
        return readOnly;
    }

    void setReadOnly(boolean on) throws SQLException {
        if (on != readOnly) {
            refuseIfEntered("Read-only mode");
            readOnly = on;
            restart();
        }
    }

    void refuseIfEntered(String what) throws SQLException {
        if (delegate != null) {
            throw Refusal.inTransaction(what);
        }
    }

    /**
     * Says that the application works on the delegate's own connection, too: from now on each transaction begins on it at once, so that
     * what is done there is always part of the transaction that the application sees.
     */
    void expose(Delegate reached) throws SQLException {
        exposed = reached;
        if (isOpen()) {
            enter(reached);
        } else {
            stayOutside(reached);
        }
    }

    /** Turns auto-commit on or off; turning it on commits what is open, as JDBC 4.3 chapter 10.1.1 says. */
    void setAutoCommit(boolean on) throws SQLException {
        if (on == autoCommit) {
            return;
        }
        if (isOpen()) {
            commit();
        }
        begun = null;
        autoCommit = on;
        restart();
    }

    /** BEGIN sent as SQL; inside an open transaction it changes nothing once a statement has run. */
    void begin(SqlBegin sql) throws SQLException {
        if (delegate == null) {
            begun = sql;
            restart();
        }
    }

    /**
     * Follows a text of several statements that has begun or ended transactions on a delegate by itself, or has failed to.
     *
     * @param open whether a transaction may be open there now which no call or statement of its own has begun
     */
    void controlledByText(Delegate by, boolean open) throws SQLException {
        if (!autoCommit) {
            noteIfPrimary(by);
        } else if (!open) {
            if (delegate == by) {
                committed(by);
                ended(false);
            }
        } else if (delegate == null) {
            begun = SqlBegin.BY_TEXT;
            session.begin(Transaction.READ_WRITE);
            session.enter(by.node());
            delegate = by;
            appliedBefore = by.applied();
        } else {
            noteIfPrimary(by);
        }
    }

    private void noteIfPrimary(Delegate may) throws SQLException {
        if (may.isPrimary()) {
            noteCommit(may);
        }
    }

    private void end(Delegate ending, boolean committing) throws SQLException {
        Connection connection = ending.connection();
        if (begun != null && begun.isByText()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(committing ? "COMMIT" : "ROLLBACK");
            }
            // Where the text had failed before its BEGIN, statements have committed by themselves since.
            noteIfPrimary(ending);
        } else if (committing) {
            connection.commit();
        } else {
            connection.rollback();
        }
    }

    /** Ends the state that BEGIN opened, after the transaction has ended; a chained one opens the next with the same modes. */
    void ended(boolean chain) throws SQLException {
        if (!chain) {
            begun = null;
        }
        restart();
    }

    /** Makes the delegate the transaction's, so that the next statement on it is the transaction's. */
    void enter(Delegate entered) throws SQLException {
        if (delegate != null) {
            delegate.catchUp(settings);
            return;
        }
        entered.catchUp(settings);
        entered.setAutoCommit(false);
        delegate = entered;
        appliedBefore = entered.applied();
        session.enter(entered.node());
        if (begun != null && begun.modes() != null) {
            try (Statement statement = entered.connection().createStatement()) {
                statement.execute("SET TRANSACTION " + begun.modes());
            }
        }
    }

    /** Makes a delegate one whose statements commit by themselves. */
    void stayOutside(Delegate outside) throws SQLException {
        outside.setAutoCommit(true);
        outside.catchUp(settings);
    }

    /** Has something done when the transaction has committed, or may have. */
    void afterCommit(Runnable action) {
        afterCommit = action;
    }

    /** Whether it has changed the schema in a way that only its commit shows to others. */
    boolean changesSchema() {
        return afterCommit != null;
    }

    private void runAfterCommit() {
        Runnable action = afterCommit;
        afterCommit = null;
        if (action != null) {
            action.run();
        }
    }

    /** Records session state that a statement of the transaction has set: other delegates get it if it commits. */
    void addPending(SessionSql sql) {
        if (pending.isEmpty()) {
            pending = new ArrayList<>();
        }
        pending.add(sql);
    }

    /**
     * Commits, and advances the session's clock.
     *
     * @throws SQLException 08007 if the answer of a primary was lost; 40001 if its connection was broken off before; whatever the target says if it refuses
     */
    void commit() throws SQLException {
        Delegate committing = delegate;
        if (committing != null) {
            refuseIfCut(committing);
            try {
                end(committing, true);
            } catch (SQLException e) {
                throw commitFailed(committing, e);
            }
            try {
                committed(committing);
            } finally {
                restart();
            }
        } else {
            restart();
        }
    }

    /** A commit that was never sent is not in doubt. */
    private void refuseIfCut(Delegate committing) throws SQLException {
        if (committing.isCut()) {
            abandon();
            throw Refusal.transactionLost(committing.node());
        }
    }

    /** Notes that the transaction on the delegate has committed. */
    void committed(Delegate committing) throws SQLException {
        delegate = null;
        runAfterCommit();
        recordPending(committing);
        if (committing.isPrimary()) {
            noteCommit(committing);
        }
    }

    /** Notes that a statement which may not commit by itself is about to do no more than insert into some tables, or anything at all. */
    void notes(Tables tables) {
        inserted = with(tables);
    }

    private Tables with(Tables tables) {
        Tables before = inserted;
        return before == null ? tables : before.and(tables);
    }

    /** Advances the session's clock past whatever the delegate has committed, or may have read from the primary. */
    private void noteCommit(Delegate committing) throws SQLException {
        Tables known = inserted;
        noteCommit(committing, known == null ? Tables.ANY : known);
    }

    /**
     * As the commit of a statement that committed by itself. It writes only what changes, since what is written here may stand beside what
     * other threads read.
     *
     * @param tables those into which it inserted, if that is all it did
     */
    void noteCommit(Delegate committing, Tables tables) throws SQLException {
        long lsn = delegates.capture().committedLsn(committing.connection());
        Tables all = with(tables);
        if (inserted != null) {
            inserted = null;
        }
        routing.committed(session, lsn <= 0 || lsn == notedLsn ? -1 : lsn, exposed != null ? Tables.ANY : all);
        if (notedLsn != lsn) {
            notedLsn = lsn;
        }
    }

    /** Advances the session's clock if the delegate is known to have committed, as DDL inside a transaction does on H2. */
    void noteImplicitCommit(Delegate committing) throws SQLException {
        if (committing.isPrimary()) {
            long lsn = delegates.capture().committedLsn(committing.connection());
            if (lsn > 0 && lsn != notedLsn) {
                noteCommit(committing);
            }
        }
    }

    /** Keeps for every delegate what the transaction's own has had set by its statements. */
    private void recordPending(Delegate has) {
        if (!pending.isEmpty()) {
            pending.forEach(sql -> settings.recordLasting(sql.key(), sql));
            pending = List.of();
            has.markApplied(settings.newest());
        }
    }

    private SQLException commitFailed(Delegate committing, SQLException failure) throws SQLException {
        if (routing.cluster().failure(failure) != Failure.CONNECTION_LOST) {
            return failure;
        }
        routing.cluster().reportFailure(committing.node(), failure);
        runAfterCommit();
        abandon();
        boolean inDoubt = committing.isPrimary() && !delegates.capture().tellsDoubt();
        return inDoubt ? Refusal.inDoubt(committing.node(), failure) : Refusal.lost(committing.node(), failure);
    }

    void rollback() throws SQLException {
        Delegate undone = delegate;
        afterCommit = null;
        if (undone != null && undone.isCut()) {
            abandon();
            return;
        }
        if (undone != null) {
            try {
                end(undone, false);
            } catch (SQLException e) {
                abandon();
                throw routing.cluster().failure(e) == Failure.CONNECTION_LOST ? Refusal.lost(undone.node(), e) : e;
            }
            delegate = null;
            forgetPending(undone);
        }
        restart();
    }

    /** PostgreSQL undoes SET on rollback, so the delegate is brought up to date again; H2 does not. */
    private void forgetPending(Delegate undone) {
        if (transactionalSettings) {
            undone.markApplied(appliedBefore);
            pending = List.of();
        } else {
            recordPending(undone);
        }
    }

    /** Gives the transaction up with its delegate, which rolls back by closing. */
    void abandon() throws SQLException {
        Delegate lost = delegate;
        delegate = null;
        afterCommit = null;
        pending = List.of();
        if (lost != null) {
            delegates.discard(lost);
        }
        restart();
    }

    Savepoint setSavepoint(@Nullable String name) throws SQLException {
        Connection connection = entered("setSavepoint").connection();
        return name == null ? connection.setSavepoint() : connection.setSavepoint(name);
    }

    void rollback(Savepoint savepoint) throws SQLException {
        entered("rollback").connection().rollback(savepoint);
    }

    void releaseSavepoint(Savepoint savepoint) throws SQLException {
        entered("releaseSavepoint").connection().releaseSavepoint(savepoint);
    }

    private Delegate entered(String call) throws SQLException {
        if (delegate == null) {
            throw Refusal.noTransaction(call);
        }
        return delegate;
    }

    /** Tells the router which kind of transaction the next statement runs in. */
    private void restart() throws SQLException {
        if (delegate == null) {
            inserted = null;
            session.begin(!isOpen() ? Transaction.NONE : isReadOnly() ? Transaction.READ_ONLY : Transaction.READ_WRITE);
            Delegate reached = exposed;
            if (reached != null && !reached.isDiscarded()) {
                expose(reached);
            }
        }
    }
}
