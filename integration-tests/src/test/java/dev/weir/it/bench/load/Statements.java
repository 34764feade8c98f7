package dev.weir.it.bench.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The statements of one connection: which of them belong to the load, and which of those that were sent wait for their answer. Requests and
 * answers may come from two threads.
 */
final class Statements {
    /** What the names of the load's tables begin with. */
    static final String MARK = "load_";

    private final Slots slots;
    private final AtomicLong passed;
    private final Map<String, Boolean> counted = new ConcurrentHashMap<>();
    private final Deque<Boolean> unanswered = new ArrayDeque<>();
    private boolean abandoned;
    private int bound;

    Statements(Slots slots, AtomicLong passed) {
        this.slots = slots;
        this.passed = passed;
    }

    /** Waits, if the message ends a request with statements of the load, until the server may execute them. */
    void sending(Message message) throws InterruptedException {
        switch (message.type()) {
            case 'P' -> counted.put(message.text(0), message.text(1).contains(MARK));
            case 'B' -> bound += counted.getOrDefault(message.text(1), false) ? 1 : 0;
            case 'Q' -> {
                bound += message.text(0).contains(MARK) ? 1 : 0;
                enter();
            }
            case 'S' -> enter();
            default -> {}
        }
    }

    private void enter() throws InterruptedException {
        int statements = bound;
        bound = 0;
        if (statements > 0) {
            slots.enter(statements);
            passed.addAndGet(statements);
        }
        synchronized (unanswered) {
            if (abandoned) {
                leave(statements > 0);
            } else {
                unanswered.add(statements > 0);
            }
        }
    }

    /** The server is ready for the next request. */
    void answered() {
        synchronized (unanswered) {
            // The first time it is so without having been asked.
            if (!unanswered.isEmpty()) {
                leave(unanswered.remove());
            }
        }
    }

    /** The connection has ended: what waits for its answer gets none. */
    void abandon() {
        synchronized (unanswered) {
            abandoned = true;
            while (!unanswered.isEmpty()) {
                leave(unanswered.remove());
            }
        }
    }

    private void leave(boolean wasCounted) {
        if (wasCounted) {
            slots.leave();
        }
    }
}
