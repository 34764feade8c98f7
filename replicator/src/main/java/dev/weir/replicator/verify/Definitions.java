package dev.weir.replicator.verify;

import dev.weir.replicator.source.GeneratorState;
import dev.weir.replicator.source.ReplicaOrders;
import dev.weir.replicator.source.StoreDefinitions;
import dev.weir.replicator.source.StoreDefinitions.Line;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Compares what two stores define, and how far their generators have got. The replica, whose readers may not see all of that, is asked through its primary as soon as this is made. Confined to one thread.
 */
final class Definitions implements AutoCloseable {
    private static final long POLL_MILLIS = 10;
    /** How long a primary under load may take to tell its replicas how far its generators get. */
    private static final Duration GENERATOR_PATIENCE = Duration.ofSeconds(3);

    private final Connection administrator;
    private final Connection reader;
    private final String name;
    private final Duration patience;
    private final UUID request;
    private final Map<String, GeneratorState> before;

    /**
     * Asks the replica.
     *
     * @param administrator a session of the primary that commits by itself
     * @param reader a session of the replica
     */
    Definitions(Connection administrator, Connection reader, String name, Duration patience) throws SQLException {
        this.administrator = administrator;
        this.reader = reader;
        this.name = name;
        this.patience = patience;
        this.request = ReplicaOrders.askDescription(administrator, name);
        this.before = GeneratorState.all(administrator);
    }

    /**
     * How they differ, in words.
     *
     * @param apart tables that only one of both has, quoted with their schemas; what belongs to them is left out
     * @throws SQLException 55000 if the replica does not answer in time
     */
    List<String> differences(Set<String> apart) throws SQLException, InterruptedException {
        List<String> differences = new ArrayList<>();
        List<Line> missing =
                new ArrayList<>(StoreDefinitions.ofPrimary(administrator).lines());
        List<Line> more = new ArrayList<>(await().lines());
        List<Line> common = new ArrayList<>(missing);
        common.retainAll(Set.copyOf(more));
        missing.removeAll(Set.copyOf(common));
        more.removeAll(Set.copyOf(common));
        missing.removeIf(line -> apart.contains(line.quoted()));
        more.removeIf(line -> apart.contains(line.quoted()));
        missing.forEach(line -> differences.add(line.kind() + " is missing: " + rest(line)));
        more.forEach(line -> differences.add(line.kind() + " is not on the primary: " + rest(line)));
        differences.addAll(generators());
        return differences;
    }

    private static String rest(Line line) {
        return (line.object() + " " + line.text()).strip();
    }

    private StoreDefinitions await() throws SQLException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<StoreDefinitions> answer = ReplicaOrders.description(administrator, name, request);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new SQLException(
                        "Replica " + name + " has not told within " + patience.toSeconds()
                                + " s what its store defines; see whether it runs, and try again",
                        "55000");
            }
            rest();
        }
    }

    private List<String> generators() throws SQLException, InterruptedException {
        long end = System.nanoTime() + GENERATOR_PATIENCE.toNanos();
        while (true) {
            Map<String, GeneratorState> replicas = GeneratorState.all(reader);
            Map<String, GeneratorState> after = GeneratorState.all(administrator);
            Map<String, String> wrong = new LinkedHashMap<>();
            replicas.forEach((generator, own) -> {
                GeneratorState then = before.get(generator);
                GeneratorState now = after.get(generator);
                if (then != null && own.isBehind(then)) {
                    wrong.put(
                            generator,
                            "is behind: its next value is " + own.next() + ", and on the primary " + then.next());
                } else if (now != null && own.isTooFarAhead(now)) {
                    wrong.put(
                            generator,
                            "is ahead: its next value is " + own.next() + ", and on the primary " + now.next());
                }
            });
            if (wrong.isEmpty() || System.nanoTime() - end > 0) {
                return wrong.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .toList();
            }
            rest();
        }
    }

    private static void rest() throws InterruptedException {
        // Nobody counts it down: a wait of some milliseconds.
        if (new CountDownLatch(1).await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException();
        }
    }

    @Override
    public void close() throws SQLException {
        ReplicaOrders.forgetDescription(administrator, name, request);
    }
}
