package dev.weir.routing;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Hint;
import dev.weir.sql.Tables;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a logical connection contributes to a route: its level, its clock, its transaction, its pin. Confined to one connection. */
public final class RoutingSession {
    private final CausalClock clock;
    private final ChangeCount seen;
    private final ChangeCount changes;
    private Consistency consistency;
    private long maxStalenessNanos;
    private Transaction transaction = Transaction.NONE;
    private @Nullable Node transactionNode;
    private @Nullable Hint openingHint;
    private Floor strongFloor = Floor.UNKNOWN;
    private Floor waitFloor = Floor.UNKNOWN;
    private @Nullable Node pinnedTo;
    private ClusterView routedBy;
    private final Remembered remembered = new Remembered();
    private @Nullable Standing standing;
    private boolean hasRead;
    private int turn;
    private int lossesTold;
    private @Nullable NodeStatus recorded;
    private long recordedRound;

    /** @param changes those of {@link dev.weir.cluster.Cluster#changes} */
    RoutingSession(
            CausalClock clock,
            ChangeCount changes,
            Consistency consistency,
            Duration maxStaleness,
            ClusterView view,
            int turn) {
        this.clock = clock;
        this.seen = clock.changes();
        this.changes = changes;
        this.consistency = consistency;
        this.maxStalenessNanos = maxStaleness.toNanos();
        this.routedBy = view;
        this.turn = turn;
        this.lossesTold = clock.losses();
    }

    /** How many losses of its clock the application has been told of, or had happened before this session began. */
    int lossesTold() {
        return lossesTold;
    }

    void lossesTold(int losses) {
        lossesTold = losses;
    }

    /** Whether a transaction is open, from the application's point of view: auto-commit is off, or BEGIN was executed. */
    public enum Transaction {
        NONE,
        READ_WRITE,
        READ_ONLY
    }

    /** How many turns there have been, this one included. */
    long nextTurn() {
        return ++turn;
    }

    /** The next of so many turns. */
    int nextTurn(int count) {
        turn = turn + 1 < 0 ? 0 : turn + 1;
        return turn % count;
    }

    /**
     * Records a read of a replica that ended when this round was the newest to have begun. One that the same round has seen before is in
     * the clock already, whose knowledge only grows.
     */
    @SuppressWarnings("ReferenceEquality") // the same sample, not an equal one
    void readReplica(NodeStatus replica, long round) {
        if (recorded != replica || recordedRound != round) {
            clock.seeReplica(replica.node(), replica.life(), round);
            recorded = replica;
            recordedRound = round;
        }
    }

    /** How many changes there have been of anything but the session on which routes rest. */
    public long changes() {
        return changes.newest();
    }

    /**
     * The route of the newest read if another may take it: neither has anything changed on which it rests, nor has the session a pin, a
     * transaction or another level. Two volatile reads.
     *
     * @param tables those of a read at the session's level without a hint
     * @param generation that of its classification
     * @return null if its route must be worked out
     */
    public @Nullable Route standing(Tables tables, int generation) {
        Standing known = standing;
        return known != null && isFree() && consistency == Consistency.SESSION
                ? known.route(changes.newest(), seen.newest(), generation, tables)
                : null;
    }

    /** Whether nothing has changed since {@link #standing} gave the route of a read that has been executed. */
    public boolean isStanding() {
        Standing known = standing;
        return known != null && known.isUnchanged(changes.newest());
    }

    /** What later reads may go by; null for the first, as most connections that are opened for one read make no other. */
    @Nullable Standing roomForStanding() {
        if (standing == null && hasRead) {
            standing = new Standing();
        }
        hasRead = true;
        return standing;
    }

    Remembered remembered() {
        return remembered;
    }

    CausalClock clock() {
        return clock;
    }

    public Consistency consistency() {
        return consistency;
    }

    public void setConsistency(Consistency level) {
        consistency = level;
    }

    /** The bound of {@link Consistency#BOUNDED}. */
    public Duration maxStaleness() {
        return Duration.ofNanos(maxStalenessNanos);
    }

    public void setMaxStaleness(Duration bound) {
        maxStalenessNanos = bound.toNanos();
    }

    long maxStalenessNanos() {
        return maxStalenessNanos;
    }

    public Transaction transaction() {
        return transaction;
    }

    /** Says that statements run in a transaction of this kind from now on; it has no node until {@link #enter}. */
    public void begin(Transaction kind) {
        transaction = kind;
        transactionNode = null;
        openingHint = null;
    }

    /** Says which hint had a part in choosing the transaction's node. */
    void openBy(@Nullable Hint hint) {
        openingHint = hint;
    }

    @Nullable Hint openingHint() {
        return openingHint;
    }

    /** What the strong read that is being routed demands. */
    Floor strongFloor() {
        return strongFloor;
    }

    void strongFloor(Floor floor) {
        strongFloor = floor;
    }

    /** What suffices for the read that waits, whatever its scope sees meanwhile; {@link Floor#UNKNOWN} while none waits. */
    Floor waitFloor() {
        return waitFloor;
    }

    boolean isWaiting() {
        return waitFloor.round() != Floor.UNKNOWN.round();
    }

    void waitFloor(Floor floor) {
        waitFloor = floor;
    }

    /** Says that the transaction has executed a statement on this node and stays there. */
    public void enter(Node node) {
        transactionNode = node;
    }

    /** The node of the open transaction; null if it has executed nothing yet or there is none. */
    public @Nullable Node transactionNode() {
        return transactionNode;
    }

    /** Holds every later statement on this node until {@link #unpin}. */
    public void pin(Node node) {
        pinnedTo = node;
    }

    public void unpin() {
        pinnedTo = null;
    }

    public @Nullable Node pinnedTo() {
        return pinnedTo;
    }

    /** Whether neither a pin nor a transaction has a say in where a statement goes. */
    boolean isFree() {
        return pinnedTo == null && transaction == Transaction.NONE;
    }

    /** The view by which the newest route was chosen. */
    public ClusterView routedBy() {
        return routedBy;
    }

    /** Writes only a view that is new: a reference written into an old object costs a memory fence under most collectors. */
    void routedBy(ClusterView view) {
        if (routedBy != view) {
            routedBy = view;
        }
    }
}
