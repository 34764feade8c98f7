package dev.weir.it.history;

import dev.weir.it.history.Operation.Read;
import dev.weir.it.history.Operation.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Holds a history against the promises. Each register's versions are numbered by the primary under its row lock, so that the order of its writes is known, and every promise is a lower bound of
 * the version that a read may see:
 *
 * <ul>
 *   <li>session: what the scope's writes, and its reads at levels session and strong, that had ended before have written or seen (read your writes, monotonic reads);
 *   <li>strong and bounded: what had been acknowledged to anyone before, or so long before;
 *   <li>all levels: whoever sees a write also sees what had been acknowledged, and what its scope had seen, before that write began (writes follow reads; a replica is a state that the primary has been in);
 *       and every version was written, once.
 * </ul>
 *
 * Confined to one thread.
 */
final class Checker {
    private final int registers = Registers.COUNT;
    private final List<Write> writes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final Map<Long, Write> byId = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    /** What was acknowledged to anyone. */
    private final long[] acknowledged;

    private final Map<Integer, long[]> seenByScope = new HashMap<>();

    /** For each register and version, what whoever sees it must see of all registers. */
    private final List<TreeMap<Long, long[]>> required = new ArrayList<>();

    /** The same without what nobody had been told of. */
    private final List<TreeMap<Long, long[]>> requiredOfPrimary = new ArrayList<>();

    private final boolean replicasShowEarly;

    private Checker(History history, boolean replicasShowEarly) {
        this.replicasShowEarly = replicasShowEarly;
        this.acknowledged = new long[registers];
        for (Operation operation : history.operations()) {
            if (operation instanceof Write write) {
                writes.add(write);
                byId.put(write.id(), write);
            } else if (operation instanceof Read read) {
                reads.add(read);
            }
        }
        for (int i = 0; i < registers; i++) {
            required.add(new TreeMap<>());
            requiredOfPrimary.add(new TreeMap<>());
        }
    }

    /**
     * What was seen that should not have been; empty if all is well.
     *
     * @param replicasShowEarly whether a replica may show a commit before the primary does and its client is told, so that a read on the primary may lack what was seen on a replica
     *     as long as nobody was told of it
     */
    static List<String> violations(History history, boolean replicasShowEarly) {
        Checker checker = new Checker(history, replicasShowEarly);
        checker.checkVersions();
        checker.checkFloors();
        checker.checkBounds();
        checker.checkCauses();
        return checker.violations;
    }

    private void checkVersions() {
        Map<List<Long>, Write> byVersion = new HashMap<>();
        for (Write write : writes) {
            if (write.isAcknowledged()) {
                Write other = byVersion.put(List.of((long) write.register(), write.version()), write);
                if (other != null) {
                    violations.add("Lost update: " + other + " and " + write);
                }
            }
        }
        for (Read read : reads) {
            for (int i = 0; i < registers; i++) {
                if (read.seen().version(i) > 0
                        && !isWritten(i, read.seen().version(i), read.seen().id(i))) {
                    violations.add("Register " + i + " held what nobody wrote there: " + read + " with write "
                            + byId.get(read.seen().id(i)));
                }
            }
        }
    }

    private boolean isWritten(int register, long version, long id) {
        Write write = byId.get(id);
        return write != null
                && write.register() == register
                && (write.version() == version || write.version() == Operation.UNKNOWN);
    }

    /** Goes through time: when an operation begins, what had ended before is what it must see. */
    private void checkFloors() {
        PriorityQueue<Operation> ending = new PriorityQueue<>(Comparator.comparingLong(Operation::returned));
        List<Operation> beginning = new ArrayList<>(reads);
        beginning.addAll(writes);
        beginning.sort(Comparator.comparingLong(Operation::invoked));
        ending.addAll(beginning);
        for (Operation operation : beginning) {
            while (!ending.isEmpty() && ending.peek().returned() < operation.invoked()) {
                end(ending.remove());
            }
            long[] seen = seenByScope.computeIfAbsent(operation.scope(), scope -> new long[registers]);
            if (operation instanceof Write write) {
                require(write, seen);
            } else if (operation instanceof Read read && read.promise() == Promise.SESSION) {
                compare(read, isPardoned(read) ? told(seen) : seen, "its scope had written or seen");
            } else if (operation instanceof Read read && read.promise() == Promise.STRONG) {
                compare(read, acknowledged, "had been acknowledged");
            }
        }
    }

    private boolean isPardoned(Read read) {
        return replicasShowEarly && !read.onReplica();
    }

    /** As much of this as somebody has been told of. */
    private long[] told(long[] seen) {
        long[] told = seen.clone();
        for (int i = 0; i < registers; i++) {
            told[i] = Math.min(told[i], acknowledged[i]);
        }
        return told;
    }

    /** Whether what a read has shown binds later ones. */
    private static boolean isCausal(Promise promise) {
        return promise == Promise.SESSION || promise == Promise.STRONG;
    }

    private void end(Operation operation) {
        long[] seen = seenByScope.computeIfAbsent(operation.scope(), scope -> new long[registers]);
        if (operation instanceof Read read && isCausal(read.promise())) {
            for (int i = 0; i < registers; i++) {
                seen[i] = Math.max(seen[i], read.seen().version(i));
            }
        } else if (operation instanceof Write write && write.isAcknowledged()) {
            seen[write.register()] = Math.max(seen[write.register()], write.version());
            acknowledged[write.register()] = Math.max(acknowledged[write.register()], write.version());
        }
    }

    private void require(Write write, long[] seen) {
        if (write.isAcknowledged()) {
            long[] floor = acknowledged.clone();
            requiredOfPrimary.get(write.register()).put(write.version(), acknowledged.clone());
            raise(floor, seen);
            required.get(write.register()).put(write.version(), floor);
        }
    }

    private void checkBounds() {
        List<Write> inOrder = writes.stream()
                .filter(Write::isAcknowledged)
                .sorted(Comparator.comparingLong(Write::returned))
                .toList();
        List<Read> bounded = reads.stream()
                .filter(read -> read.promise() == Promise.BOUNDED)
                .sorted(Comparator.comparingLong(read -> read.invoked() - read.boundNanos()))
                .toList();
        long[] old = new long[registers];
        int next = 0;
        for (Read read : bounded) {
            while (next < inOrder.size() && inOrder.get(next).returned() < read.invoked() - read.boundNanos()) {
                Write write = inOrder.get(next++);
                old[write.register()] = Math.max(old[write.register()], write.version());
            }
            compare(read, old, "had been acknowledged " + read.boundNanos() + " ns before");
        }
    }

    private void checkCauses() {
        required.forEach(this::accumulate);
        requiredOfPrimary.forEach(this::accumulate);
        for (Read read : reads) {
            List<TreeMap<Long, long[]>> causes = isPardoned(read) ? requiredOfPrimary : required;
            for (int i = 0; i < registers; i++) {
                Map.Entry<Long, long[]> cause =
                        causes.get(i).floorEntry(read.seen().version(i));
                if (cause != null) {
                    compare(
                            read,
                            cause.getValue(),
                            "had been seen when version " + cause.getKey() + " of register " + i + " was written");
                }
            }
        }
    }

    private void accumulate(NavigableMap<Long, long[]> versions) {
        long[] before = new long[registers];
        for (long[] floor : versions.values()) {
            raise(floor, before);
            before = floor;
        }
    }

    private void compare(Read read, long[] floor, String reason) {
        for (int i = 0; i < registers; i++) {
            if (read.seen().version(i) != Operation.UNKNOWN && read.seen().version(i) < floor[i]) {
                violations.add("Register " + i + " was too old: " + read + ", but version " + floor[i] + " " + reason
                        + ": " + witness(read, i, floor[i]));
                return;
            }
        }
    }

    /** What had ended first of all that knew the version, in the scope if there is one. */
    private Operation witness(Read read, int register, long version) {
        Comparator<Operation> strangersLast = Comparator.comparing(operation -> operation.scope() != read.scope());
        return Stream.concat(
                        writes.stream().filter(write -> write.register() == register && write.version() >= version),
                        reads.stream().filter(other -> other.seen().version(register) >= version))
                .min(strangersLast.thenComparingLong(Operation::returned))
                .orElseThrow();
    }

    private static void raise(long[] floor, long[] versions) {
        for (int i = 0; i < floor.length; i++) {
            floor[i] = Math.max(floor[i], versions[i]);
        }
    }
}
