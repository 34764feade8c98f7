package dev.weir.replicator.replica;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.h2.api.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica's state with the reason for it, and when it may try again after a failure: after a pause that grows from one failure to the next. Each change of state is logged once. Confined to the
 * replication's thread, except for what is asked, which any thread may ask.
 */
final class Standing {
    private static final Logger LOG = LoggerFactory.getLogger(Standing.class);
    /** Wrong credentials, too few rights, not the right database, no such database, a store that another process has open. */
    private static final Set<String> LASTING = Set.of("28000", "42501", "08001", "90146", "90020");

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final String replica;
    private final LongSupplier nanoClock;
    private long retryAt;
    private Duration pause = FIRST_PAUSE;
    private volatile ReplicaState state = ReplicaState.CATCHING_UP;
    private volatile String message = "";
    private volatile boolean hopeless;
    private volatile ReplicaStatus.Blocked blocked = ReplicaStatus.Blocked.NOT;

    Standing(String replica, LongSupplier nanoClock) {
        this.replica = replica;
        this.nanoClock = nanoClock;
        this.retryAt = nanoClock.getAsLong();
    }

    ReplicaState state() {
        return state;
    }

    boolean is(ReplicaState wanted) {
        return state == wanted;
    }

    String message() {
        return message;
    }

    /** Who keeps it from applying, if it is stalled. */
    ReplicaStatus.Blocked blocked() {
        return state == ReplicaState.STALLED ? blocked : ReplicaStatus.Blocked.NOT;
    }

    /** Whether the last failure was of a kind that time does not cure. */
    boolean isHopeless() {
        return hopeless;
    }

    /** Whether it is too early to try again. */
    boolean isResting() {
        return nanoClock.getAsLong() - retryAt < 0;
    }

    void retryNow() {
        retryAt = nanoClock.getAsLong();
    }

    /** After a success the next failure is followed by a short pause again. */
    void forgetFailures() {
        pause = FIRST_PAUSE;
    }

    void become(ReplicaState next, String why) {
        if (next != state) {
            if (next == ReplicaState.STALLED) {
                LOG.warn("event=state replica={} state={} reason=\"{}\"", replica, next, why);
            } else {
                LOG.info("event=state replica={} state={}", replica, next);
            }
        }
        message = why;
        state = next;
    }

    /** Stays in its state and says how far it is. */
    void say(String progress) {
        message = progress;
    }

    void stallByDurability(Duration waited) {
        blocked = ReplicaStatus.Blocked.BY_DURABILITY;
        become(
                ReplicaState.STALLED,
                "primary: none of its newer entries has become durable for " + waited.toSeconds()
                        + " s; a statement writes for so long, or the store is not run by weir-replicator primary");
    }

    /** The primary cannot be asked; it is tried again after a pause. */
    void stallByPrimary(PrimaryLost cause, String why) {
        blocked = ReplicaStatus.Blocked.BY_PRIMARY;
        stall("primary: " + why, cause);
    }

    /** The replica's own store fails or refuses; it is tried again after a pause. */
    void stallByStore(Exception cause) {
        blocked = ReplicaStatus.Blocked.BY_STORE;
        stall("replica: " + cause.getMessage(), cause);
    }

    private void stall(String why, Exception cause) {
        if (isShutdown(cause)) {
            LOG.debug("event=store_closed replica={} reason=\"{}\"", replica, why);
            state = ReplicaState.STALLED;
        }
        retryAt = nanoClock.getAsLong() + pause.toNanos();
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        hopeless = cause.getCause() instanceof SQLException primarys
                ? LASTING.contains(String.valueOf(primarys.getSQLState()))
                : cause instanceof SQLException own && LASTING.contains(String.valueOf(own.getSQLState()));
        become(ReplicaState.STALLED, why);
    }

    /** Whether H2 closed a store because this JVM is ending, which is no news to anyone. */
    private static boolean isShutdown(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return root instanceof SQLException e && e.getErrorCode() == ErrorCode.DATABASE_CALLED_AT_SHUTDOWN;
    }
}
