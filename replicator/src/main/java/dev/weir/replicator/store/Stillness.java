package dev.weir.replicator.store;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.command.Command;
import org.h2.engine.Database;
import org.h2.engine.Session;
import org.h2.engine.SessionLocal;
import org.h2.value.Value;
import org.h2.value.ValueNull;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moments in which no session of a database changes anything. While one lasts, sessions that want to execute wait for its end. Confined to one thread, which holds the locks.
 */
final class Stillness {
    private static final Logger LOG = LoggerFactory.getLogger(Stillness.class);
    private static final long ONE_TRY_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final @Nullable MethodHandle LOCK = getter(Session.class, "lock", ReentrantLock.class);
    private static final @Nullable MethodHandle SESSIONS = getter(Database.class, "userSessions", Set.class);

    private final Database database;

    Stillness(Database database) {
        this.database = database;
    }

    /** What is done while nothing changes. */
    @FunctionalInterface
    interface Act {
        /** Does it, in microseconds. */
        void run();
    }

    private static @Nullable MethodHandle getter(Class<?> owner, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findGetter(owner, field, type);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.error(
                    "event=no_stillness reason=\"this version of H2 has no field {}.{} ({})\" effect=\"after a crash every replica is copied anew\"",
                    owner.getSimpleName(),
                    field,
                    e.getMessage());
            return null;
        }
    }

    /** Whether this version of H2 lets its sessions be held. */
    static boolean isPossible() {
        return LOCK != null && SESSIONS != null;
    }

    private static Object get(@Nullable MethodHandle getter, Object owner) {
        try {
            return Objects.requireNonNull(getter, "Stillness is not possible").invoke(owner);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new IllegalStateException("A field of H2 cannot be read", impossible);
        }
    }

    private static ReentrantLock lockOf(SessionLocal session) {
        return (ReentrantLock) get(LOCK, session);
    }

    /** What {@link Database#getSessions} gives, without the database's monitor: who holds that may wait for the store's lock, which is held here. */
    private SessionLocal[] sessions() {
        return ((Set<?>) get(SESSIONS, database)).toArray(new SessionLocal[0]);
    }

    /**
     * Waits for a moment without changes and acts in it.
     *
     * @param patienceNanos how long to wait; sessions may be held up for as long
     * @return whether it acted and nothing changed meanwhile; if not, it may have acted all the same
     */
    boolean act(long patienceNanos, Act act) {
        Map<SessionLocal, ReentrantLock> held = new HashMap<>();
        try {
            long deadline = System.nanoTime() + patienceNanos;
            while (true) {
                SessionLocal[] sessions = sessions();
                List<SessionLocal> free = busyFirst(sessions, held);
                free.removeIf(session -> isTaken(lockOf(session), session, held));
                List<Stand> before = free.stream().map(Stand::of).toList();
                boolean late = System.nanoTime() - deadline > 0;
                if (before.stream().allMatch(stand -> stand.isStill(late)) && isUnchanged(sessions)) {
                    act.run();
                    return before.equals(free.stream().map(Stand::of).toList()) && isUnchanged(sessions);
                }
                if (late) {
                    return false;
                }
            }
        } finally {
            held.values().forEach(ReentrantLock::unlock);
        }
    }

    /** Those that are not held yet. Those that execute come first: while they are waited for, nobody else is held up. */
    private static List<SessionLocal> busyFirst(SessionLocal[] sessions, Map<SessionLocal, ReentrantLock> held) {
        List<SessionLocal> ordered = new ArrayList<>(sessions.length);
        List<SessionLocal> idle = new ArrayList<>();
        for (SessionLocal session : sessions) {
            if (held.containsKey(session)) {
                continue;
            }
            (session.getCurrentCommand() == null ? idle : ordered).add(session);
        }
        ordered.addAll(idle);
        return ordered;
    }

    private static boolean isTaken(ReentrantLock lock, SessionLocal session, Map<SessionLocal, ReentrantLock> held) {
        boolean taken = lock.tryLock();
        if (!taken && session.getBlockingSessionId() == 0) {
            try {
                taken = lock.tryLock(ONE_TRY_NANOS, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (taken) {
            held.put(session, lock);
        }
        return taken;
    }

    /** Whether the same sessions are there as before, and none has begun to close, which it does without its lock. */
    private boolean isUnchanged(SessionLocal[] before) {
        SessionLocal[] now = sessions();
        return now.length == before.length
                && Arrays.asList(before).containsAll(Arrays.asList(now))
                && Arrays.stream(now).noneMatch(session -> session.getState() == SessionLocal.State.CLOSED);
    }

    /**
     * What a session that executes stands at. Immutable.
     *
     * @param blocker the session whose row lock it waits for; 0 if none
     * @param writing the transaction in which it has changed something; null if it has not
     */
    private record Stand(
            @Nullable Command command,
            @Nullable Value startedAt,
            int blocker,
            @Nullable Value writing) {
        static Stand of(SessionLocal session) {
            Value transaction = session.getTransactionId();
            return new Stand(
                    session.getCurrentCommand(),
                    session.getCommandStartOrEnd(),
                    session.getBlockingSessionId(),
                    ValueNull.INSTANCE.equals(transaction) ? null : transaction);
        }

        /**
         * Whether it changes nothing as long as it stands there: it waits for others, or has only read so far.
         *
         * @param settled whether it has been waited for long enough to think that its query goes on for a while
         */
        boolean isStill(boolean settled) {
            Command executing = command;
            return blocker != 0 || (settled && executing != null && executing.isQuery() && writing == null);
        }
    }
}
