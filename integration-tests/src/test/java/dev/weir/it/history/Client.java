package dev.weir.it.history;

import dev.weir.it.load.Connections;
import dev.weir.jdbc.WeirConnection;
import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Reads and writes registers at random levels on one connection after another, and notes what it is told. Confined to one thread. */
final class Client implements Runnable {
    /** The bound of bounded reads. */
    static final Duration BOUND = Duration.ofMillis(400);

    /** Time between operations, in which replicas catch up. */
    private static final Duration MOST_THOUGHT = Duration.ofMillis(4);

    private static final Set<Reason> BY_REPLICAS = Set.of(
            Reason.UP_TO_DATE,
            Reason.NOTHING_SEEN,
            Reason.CAUGHT_UP,
            Reason.UNTOUCHED,
            Reason.SAME_REPLICA,
            Reason.WITHIN_BOUND,
            Reason.EVENTUAL);

    private static final int OPERATIONS_PER_CONNECTION = 200;

    private final Connections connections;
    private final boolean ownScope;
    private final Registers registers;
    private final History history;
    private final Failures failures;
    private final BooleanSupplier stopped;
    private final SplittableRandom random;
    private final boolean broken;

    private int scope;

    /**
     * A client.
     *
     * @param ownScope whether each connection has a causal clock of its own
     * @param broken whether it asks for less than it says that it was promised
     */
    Client(
            Connections connections,
            boolean ownScope,
            Registers registers,
            History history,
            Failures failures,
            BooleanSupplier stopped,
            SplittableRandom random,
            boolean broken) {
        this.connections = connections;
        this.ownScope = ownScope;
        this.registers = registers;
        this.history = history;
        this.failures = failures;
        this.stopped = stopped;
        this.random = random;
        this.broken = broken;
    }

    @Override
    public void run() {
        while (!stopped.getAsBoolean()) {
            try (Connection connection = connections.open()) {
                scope = ownScope ? history.newScope() : History.APPLICATION;
                for (int i = 0; i < OPERATIONS_PER_CONNECTION && !stopped.getAsBoolean(); i++) {
                    operate(connection);
                    LockSupport.parkNanos(random.nextLong(MOST_THOUGHT.toNanos()));
                }
            } catch (SQLException failure) {
                failures.add(failure);
            }
        }
    }

    private void operate(Connection connection) throws SQLException {
        int dice = random.nextInt(100);
        if (dice < 3) {
            writeAlone(connection);
        } else if (dice < 6) {
            writeInTransaction(connection);
        } else if (dice < 60) {
            read(connection, Promise.SESSION, broken ? "/* weir: eventual */ " : "");
        } else if (dice < 68) {
            read(connection, Promise.STRONG, broken ? "/* weir: eventual */ " : "/* weir: strong */ ");
        } else if (dice < 80) {
            read(
                    connection,
                    Promise.BOUNDED,
                    broken ? "/* weir: eventual */ " : "/* weir: max-staleness=" + BOUND.toMillis() + "ms */ ");
        } else if (dice < 92) {
            read(connection, Promise.EVENTUAL, "/* weir: eventual */ ");
        } else {
            readTwiceInTransaction(connection);
        }
    }

    private void writeAlone(Connection connection) throws SQLException {
        int register = random.nextInt(Registers.COUNT);
        long id = history.newId();
        long invoked = System.nanoTime();
        long version = Operation.UNKNOWN;
        long returned = Operation.NEVER;
        try {
            version = registers.increment(connection, register, id);
            returned = System.nanoTime();
        } finally {
            history.add(new Operation.Write(scope, register, version, id, invoked, returned));
        }
    }

    private void writeInTransaction(Connection connection) throws SQLException {
        int register = random.nextInt(Registers.COUNT);
        long id = history.newId();
        long invoked = System.nanoTime();
        long version = Operation.UNKNOWN;
        long returned = Operation.NEVER;
        connection.setAutoCommit(false);
        try {
            version = Registers.lockAndSet(connection, register, id);
            if (random.nextInt(10) == 0) {
                connection.rollback();
            } else {
                connection.commit();
                returned = System.nanoTime();
            }
        } finally {
            history.add(new Operation.Write(scope, register, version, id, invoked, returned));
        }
        connection.setAutoCommit(true);
    }

    private int oneOrAll() {
        return random.nextInt(3) == 0 ? -1 : random.nextInt(Registers.COUNT);
    }

    private void read(Connection connection, Promise promise, String hint) throws SQLException {
        long invoked = System.nanoTime();
        Snapshot seen = Registers.read(connection, hint, oneOrAll());
        history.add(new Operation.Read(
                scope,
                promise,
                BOUND.toNanos(),
                seen,
                invoked,
                System.nanoTime(),
                isOnReplica(connection),
                hint + route(connection)));
    }

    /** Where the newest statement ran, and why there. */
    private static Route route(Connection connection) throws SQLException {
        return Objects.requireNonNull(connection.unwrap(WeirConnection.class).lastRoute());
    }

    private static boolean isOnReplica(Connection connection) throws SQLException {
        return BY_REPLICAS.contains(route(connection).reason());
    }

    /** What the scope does after the transaction's begin need not be in it; but its second read sees no less than its first. */
    private void readTwiceInTransaction(Connection connection) throws SQLException {
        int inTransaction = history.newScope();
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try {
            long began = System.nanoTime();
            boolean onReplica = false;
            for (int i = 0; i < 2; i++) {
                long invoked = System.nanoTime();
                Snapshot seen = Registers.read(connection, "", -1);
                long returned = System.nanoTime();
                String how = "statement " + i + " of a read-only transaction, " + route(connection);
                onReplica |= isOnReplica(connection);
                history.add(new Operation.Read(scope, Promise.SESSION, 0, seen, began, returned, onReplica, how));
                history.add(
                        new Operation.Read(inTransaction, Promise.SESSION, 0, seen, invoked, returned, onReplica, how));
            }
            connection.commit();
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
                connection.setReadOnly(false);
            }
        }
    }
}
