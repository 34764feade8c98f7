package dev.weir.jdbc;

import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/**
 * The branches of distributed transactions that one connection takes part in, one at a time. A branch runs on the primary from its start. On H2
 * only the one-phase commit is possible: a prepared transaction could not be logged. Confined to one thread at a time.
 */
final class XaBranches implements XAResource {
    private static final String NO_SUCH_OBJECT = "42704";

    private final RoutedConnection connection;
    private final RoutedDatabase.Opener another;
    private @Nullable Xid branch;
    private boolean active;
    private boolean doomed;
    private boolean autoCommitBefore = true;

    /**
     * The branches of a connection.
     *
     * @param another opens one more connection, to finish a prepared branch while this connection takes part in another
     */
    XaBranches(RoutedConnection connection, RoutedDatabase.Opener another) {
        this.connection = connection;
        this.another = another;
    }

    /** Whether a branch has begun and is neither prepared nor finished, so that only the transaction manager may end it. */
    boolean isBusy() {
        return branch != null;
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        Xid held = branch;
        if (flags == TMJOIN || flags == TMRESUME) {
            if (held == null || active || !XaIds.same(held, xid)) {
                throw failure(
                        XAException.XAER_INVAL,
                        "This connection holds no ended branch of that name to go on with",
                        null);
            }
            active = true;
            return;
        }
        if (flags != TMNOFLAGS) {
            throw failure(XAException.XAER_INVAL, "Flags " + flags + " are unknown to start", null);
        }
        if (held != null) {
            throw failure(
                    XAException.XAER_PROTO,
                    "This connection holds a branch already; prepare, commit or roll it back first",
                    null);
        }
        try {
            begin();
        } catch (SQLException e) {
            throw failure(XAException.XAER_RMFAIL, "The branch could not be begun on the primary", e);
        }
        branch = XaIds.copy(xid);
        active = true;
        doomed = false;
    }

    private void begin() throws SQLException {
        autoCommitBefore = connection.getAutoCommit();
        if (!autoCommitBefore) {
            connection.commit();
        }
        connection.setAutoCommit(false);
        connection.execution().enterOnPrimary();
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        held(xid);
        if (!active) {
            throw failure(XAException.XAER_PROTO, "The branch has been ended already", null);
        }
        active = false;
        doomed |= flags == TMFAIL;
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        ended(xid);
        if (doomed) {
            undo();
            throw failure(XAException.XA_RBROLLBACK, "The branch was marked for rollback and is rolled back", null);
        }
        if (connection.database().dialect() == SqlDialect.H2) {
            undo();
            throw failure(
                    XAException.XA_RBOTHER,
                    "A transaction on H2 cannot be prepared, since it could not be logged; the branch is rolled back."
                            + " Let the transaction manager commit in one phase, or last",
                    null);
        }
        String name = XaIds.name(xid);
        try {
            execute(connection, "PREPARE TRANSACTION '" + name + "'");
            connection.commit();
            restore();
            if (!names().contains(name)) {
                throw failure(
                        XAException.XA_RBROLLBACK, "A statement of the branch had failed, and it is rolled back", null);
            }
            return XA_OK;
        } catch (SQLException e) {
            boolean lost = isLost(e);
            if (!lost) {
                undo();
            }
            throw failure(
                    lost ? XAException.XAER_RMFAIL : XAException.XA_RBROLLBACK, "The branch could not be prepared", e);
        }
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        if (!onePhase) {
            finish("COMMIT PREPARED", xid);
            return;
        }
        ended(xid);
        if (doomed) {
            undo();
            throw failure(XAException.XA_RBROLLBACK, "The branch was marked for rollback and is rolled back", null);
        }
        try {
            connection.commit();
            restore();
        } catch (SQLException e) {
            boolean lost = isLost(e);
            if (!lost) {
                undo();
            }
            throw failure(
                    lost ? XAException.XAER_RMFAIL : XAException.XA_RBROLLBACK, "The branch could not be committed", e);
        }
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        Xid held = branch;
        if (held != null && XaIds.same(held, xid)) {
            undo();
        } else {
            finish("ROLLBACK PREPARED", xid);
        }
    }

    private void finish(String command, Xid xid) throws XAException {
        String sql = command + " '" + XaIds.name(xid) + "'";
        try {
            if (isBusy()) {
                try (Connection other = another.open()) {
                    execute(other, sql);
                }
            } else {
                execute(connection, sql);
            }
        } catch (SQLException e) {
            int code = NO_SUCH_OBJECT.equals(e.getSQLState())
                    ? XAException.XAER_NOTA
                    : isLost(e) ? XAException.XAER_RMFAIL : XAException.XAER_RMERR;
            throw failure(code, "The prepared branch could not be finished", e);
        }
    }

    /** The branches that the primary has prepared, whoever prepared them. */
    @Override
    public Xid[] recover(int flags) throws XAException {
        if ((flags & TMSTARTRSCAN) == 0 || connection.database().dialect() == SqlDialect.H2) {
            return new Xid[0];
        }
        try {
            return names().stream().flatMap(name -> XaIds.parse(name).stream()).toArray(Xid[]::new);
        } catch (SQLException e) {
            throw failure(XAException.XAER_RMERR, "The prepared branches could not be listed", e);
        }
    }

    private List<String> names() throws SQLException {
        try (Connection other = another.open();
                Statement statement = other.createStatement();
                ResultSet rows = statement.executeQuery(
                        "/* weir: primary */ SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }

    /** Refused: no branch is ever finished on its own authority. */
    @Override
    public void forget(Xid xid) throws XAException {
        throw failure(XAException.XAER_NOTA, "No branch was finished heuristically", null);
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other == this;
    }

    @Override
    public int getTransactionTimeout() {
        return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
        return false;
    }

    private void held(Xid xid) throws XAException {
        Xid held = branch;
        if (held == null || !XaIds.same(held, xid)) {
            throw failure(XAException.XAER_NOTA, "This connection holds no branch of that name", null);
        }
    }

    private void ended(Xid xid) throws XAException {
        held(xid);
        if (active) {
            throw failure(XAException.XAER_PROTO, "The branch has not been ended", null);
        }
    }

    private void undo() throws XAException {
        try {
            connection.rollback();
            restore();
        } catch (SQLException e) {
            branch = null;
            throw failure(
                    XAException.XAER_RMFAIL, "The branch could not be rolled back; its connection is given up", e);
        }
    }

    private void restore() throws SQLException {
        branch = null;
        active = false;
        connection.setAutoCommit(autoCommitBefore);
    }

    private static void execute(Connection on, String sql) throws SQLException {
        try (Statement statement = on.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isLost(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("08");
    }

    private static XAException failure(int code, String message, @Nullable SQLException cause) {
        XAException failure = new XAException(cause == null ? message : message + ": " + cause.getMessage());
        failure.errorCode = code;
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }
}
