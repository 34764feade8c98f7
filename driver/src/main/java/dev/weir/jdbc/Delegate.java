package dev.weir.jdbc;

import dev.weir.cluster.Node;
import dev.weir.cluster.Tally;
import dev.weir.routing.Route;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** One physical connection that a logical connection has borrowed, and how far it shares its state. Confined to one connection. */
final class Delegate {
    private final Node node;
    private final Connection physical;
    private final Connection connection;
    private final boolean primary;
    private final int cuts;
    private final Tally tally;
    private @Nullable Route route;
    private long applied;
    private boolean altered;
    private boolean autoCommit = true;
    private boolean queryTimeoutSet;
    private volatile boolean discarded;

    /**
     * A delegate over a connection fresh from the pool.
     *
     * @param physical the pool's connection
     * @param connection what statements use: the same, or a decorator that captures writes
     * @param primary whether it was opened to serve as the primary's, so that writes on it are captured where they must be
     * @param cuts what {@link Node#cuts} was before the connection was borrowed
     */
    Delegate(Node node, Connection physical, Connection connection, boolean primary, int cuts) {
        this.node = node;
        this.physical = physical;
        this.connection = connection;
        this.primary = primary;
        this.cuts = cuts;
        this.tally = node.lendTally();
    }

    /** Whether its connection has been broken off with all others to its node, so that nothing can be sent on it. */
    boolean isCut() {
        return node.cuts() != cuts;
    }

    Node node() {
        return node;
    }

    /** Where its statements are counted. */
    Tally tally() {
        return tally;
    }

    /** Counts a statement that has come here by a route. */
    void taken(Route by) {
        if (route != by) {
            tellCounts();
            route = by;
        }
        tally.taken();
    }

    /** Tells the route how many statements have taken it: now and then, since a counter that connections share costs more than much else. */
    void tellCounts() {
        Route by = route;
        if (by != null) {
            long untold = tally.takeUntold();
            if (untold > 0) {
                by.taken(untold);
            }
        }
    }

    /**
     * Ends the counting, since its connection is given back or dropped. If another thread drops it while a statement runs, that statement may be
     * counted twice or not at all.
     */
    void endCounts() {
        tellCounts();
        tally.giveBack();
    }

    Connection physical() {
        return physical;
    }

    Connection connection() {
        return connection;
    }

    boolean isPrimary() {
        return primary;
    }

    /** Whether it holds state that the pool's reset does not undo. */
    boolean isAltered() {
        return altered;
    }

    /** Says that something outside the recorded settings was changed, so that it must not be lent to others. */
    void alter() {
        altered = true;
    }

    /** Says that a statement was given a query timeout, which H2 keeps for the whole session. */
    void noteQueryTimeout() {
        queryTimeoutSet = true;
    }

    /** Takes a query timeout back, so that the next borrower is not bound by it. */
    void clearQueryTimeout() throws SQLException {
        if (queryTimeoutSet) {
            try (Statement statement = physical.createStatement()) {
                statement.setQueryTimeout(0);
            }
            queryTimeoutSet = false;
        }
    }

    boolean isDiscarded() {
        return discarded;
    }

    void markDiscarded() {
        discarded = true;
    }

    /** The number of the newest session setting made on it. */
    long applied() {
        return applied;
    }

    void markApplied(long sequence) {
        applied = sequence;
    }

    /** Whether it can execute a statement that commits by itself as it is, for a session whose newest setting has this number, unless it was cut. */
    boolean isIdle(long newest) {
        return autoCommit && applied == newest && !discarded;
    }

    /** Makes the settings that it does not have yet. */
    void catchUp(SessionSettings settings) throws SQLException {
        if (applied != settings.newest()) {
            boolean lasting = settings.hasLastingAfter(applied);
            altered |= lasting;
            settings.applyTo(connection, applied);
            applied = settings.newest();
        }
    }

    /** Opens or ends the state in which statements join a transaction; must not be called while one is open. */
    void setAutoCommit(boolean on) throws SQLException {
        if (autoCommit != on) {
            connection.setAutoCommit(on);
            autoCommit = on;
        }
    }
}
