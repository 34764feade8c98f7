package dev.weir.it.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all clients asked and were told. Thread-safe. */
final class History {
    /** The session scope of connections that share one causal clock. */
    static final int APPLICATION = 0;

    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger scopes = new AtomicInteger(APPLICATION);
    private final AtomicLong ids = new AtomicLong();

    void add(Operation operation) {
        operations.add(operation);
    }

    int newScope() {
        return scopes.incrementAndGet();
    }

    long newId() {
        return ids.incrementAndGet();
    }

    List<Operation> operations() {
        return new ArrayList<>(operations);
    }

    /** How many reads were answered at this level. */
    long reads(Promise promise) {
        return operations.stream()
                .filter(operation -> operation instanceof Operation.Read read && read.promise() == promise)
                .count();
    }

    /** How many writes were acknowledged. */
    long writes() {
        return operations.stream()
                .filter(operation -> operation instanceof Operation.Write write && write.isAcknowledged())
                .count();
    }

    /** How many writes may or may not have happened. */
    long doubtful() {
        return operations.stream()
                .filter(operation -> operation instanceof Operation.Write write && !write.isAcknowledged())
                .count();
    }
}
