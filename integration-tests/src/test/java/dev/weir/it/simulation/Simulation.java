package dev.weir.it.simulation;

import dev.weir.it.load.StoreContents;
import dev.weir.replicator.replica.ReplicaState;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One history of a simulated cluster. A seed decides who takes the next step, what fails and when; after every step the cluster is held to its promises. Confined to one thread.
 */
final class Simulation implements AutoCloseable {
    /** Whether to print each step as it is taken: {@code -Dweir.trace=true}. */
    private static final boolean TRACED = Boolean.getBoolean("weir.trace");

    private static final int WRITERS = 3;
    private static final int MOST_STEPS = 120;
    private static final int MOST_ROUNDS_AT_END = 400;
    private static final int MOST_OPERATIONS = 24;

    private final SplittableRandom random;
    private final SimulatedCluster cluster;
    private final Chronicle chronicle = new Chronicle();
    private final List<SimulatedWriter> writers = new ArrayList<>();
    private final Tally tally = new Tally();
    private final List<String> trace = new ArrayList<>();
    private long known;
    private long barriers;
    private boolean logAltered;
    private boolean cutOften;

    /** What has happened in a history, in numbers. Confined to one thread. */
    static final class Tally {
        int steps;
        int primaryCrashes;
        int replicaCrashes;
        int powerLosses;
        int cuts;
        int partitions;
        int commits;
        int lost;
        int doubts;

        void add(Tally other) {
            steps += other.steps;
            primaryCrashes += other.primaryCrashes;
            replicaCrashes += other.replicaCrashes;
            powerLosses += other.powerLosses;
            cuts += other.cuts;
            partitions += other.partitions;
            commits += other.commits;
            lost += other.lost;
            doubts += other.doubts;
        }

        @Override
        public String toString() {
            return steps + " steps, " + commits + " commits, " + primaryCrashes + " crashes of primaries, "
                    + replicaCrashes + " of replicas, " + powerLosses + " of them with loss of power, " + cuts
                    + " cut connections, " + partitions + " partitions, " + lost
                    + " acknowledged commits lost that were not durable, " + doubts + " stores in doubt";
        }
    }

    Simulation(long seed, Path prepared, Path directory) throws IOException, SQLException {
        this.random = new SplittableRandom(seed);
        this.cluster = SimulatedCluster.copyOf(prepared, directory, random.split());
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new SimulatedWriter(i, WRITERS, cluster.primary(), chronicle, random.split()));
        }
    }

    SimulatedCluster cluster() {
        return cluster;
    }

    /** Lets connections of writers be cut at every fourth step, rather than at one in a hundred. */
    void cutOften() {
        cutOften = true;
    }

    /** Lets entries be altered, now and then, before a replica has read them. */
    void alterLog() {
        logAltered = true;
    }

    /**
     * Runs the history to its end, when everything has been mended and all nodes are equal.
     *
     * @throws Violation if a promise was broken
     */
    Tally run() throws IOException, SQLException {
        observe();
        int steps = 40 + random.nextInt(MOST_STEPS - 40);
        for (int i = 0; i < steps; i++) {
            tally.steps++;
            step();
            afterStep();
            if (logAltered && known > chronicle.durable() && tally.steps % 4 == 0) {
                onPrimary(cluster.primary()::alterNewestEntry);
            }
        }
        settle();
        tally.commits = chronicle.commits();
        tally.lost = chronicle.lost();
        tally.doubts = chronicle.doubts();
        return tally;
    }

    private void note(String event) {
        trace.add(event);
        if (TRACED) {
            System.out.println(event);
        }
    }

    /** The steps so far, one a line, for whoever wonders how a promise was broken. */
    List<String> trace() {
        return trace;
    }

    private void step() throws IOException, SQLException {
        SimulatedReplica replica =
                cluster.replicas().get(random.nextInt(cluster.replicas().size()));
        int choice = random.nextInt(1_000);
        if (cutOften && tally.steps % 4 == 0) {
            writers.get(random.nextInt(WRITERS)).cutSoon();
        }
        note("step " + tally.steps + " choice " + choice + " " + replica + " head " + known + " durable "
                + chronicle.durable());
        if (choice < 520) {
            writers.get(random.nextInt(WRITERS)).step();
        } else if (choice < 640) {
            onPrimary(cluster.primary()::flush);
        } else if (choice < 830) {
            replica.work();
        } else if (choice < 890) {
            cluster.time().pass(Duration.ofMillis(random.nextInt(4_000)));
        } else if (choice < 900) {
            onPrimary(cluster.primary()::tend);
        } else if (choice < 910) {
            onPrimary(cluster.primary()::checkpoint);
        } else if (choice < 922) {
            writers.get(random.nextInt(WRITERS)).cutSoon();
            tally.cuts++;
        } else if (choice < 932) {
            replica.setPartitioned(!replica.isPartitioned());
            tally.partitions++;
        } else if (choice < 938) {
            replica.cutLinkAt(1 + random.nextInt(12), random.nextBoolean());
            tally.cuts++;
        } else if (choice < 944) {
            cluster.primary().disk().setSlow(true);
            replica.disk().setSlow(random.nextBoolean());
        } else if (choice < 958) {
            cluster.primary().disk().failIn(1 + random.nextInt(MOST_OPERATIONS));
        } else if (choice < 972) {
            replica.disk().failIn(1 + random.nextInt(MOST_OPERATIONS));
        } else if (choice < 982) {
            cluster.primary().disk().fail();
        } else if (choice < 992) {
            replica.disk().fail();
        } else {
            restartPrimary();
        }
    }

    /** Work of the primary's process. */
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    /** Does it; a failure is right only if the machine has failed. */
    private void onPrimary(Work work) throws SQLException {
        try {
            work.run();
        } catch (SQLException e) {
            if (!cluster.primary().disk().isOff()) {
                throw e;
            }
        }
    }

    private void afterStep() throws IOException, SQLException {
        for (SimulatedReplica replica : cluster.replicas()) {
            if (replica.disk().isOff()) {
                boolean powerLost = random.nextBoolean();
                replica.crash(powerLost);
                tally.replicaCrashes++;
                tally.powerLosses += powerLost ? 1 : 0;
            }
        }
        boolean primaryCrashed = cluster.primary().disk().isOff();
        if (primaryCrashed) {
            crashPrimary();
        } else {
            observe();
        }
        for (SimulatedReplica replica : cluster.replicas()) {
            if (replica.takeUnchecked() || primaryCrashed) {
                check(replica);
            }
        }
    }

    private void crashPrimary() throws IOException, SQLException {
        boolean open = false;
        while (!open) {
            boolean powerLost = random.nextBoolean();
            note("crash of the primary" + (powerLost ? " with loss of power" : ""));
            tally.primaryCrashes++;
            tally.powerLosses += powerLost ? 1 : 0;
            writers.forEach(SimulatedWriter::lose);
            cluster.replicas().forEach(SimulatedReplica::loseLinks);
            cluster.primary().crash(powerLost);
            if (random.nextInt(4) == 0) {
                cluster.primary().disk().failIn(1 + random.nextInt(MOST_OPERATIONS));
            }
            open = openPrimary();
        }
        recover();
    }

    private boolean openPrimary() throws SQLException {
        try {
            cluster.primary().open();
            return !cluster.primary().disk().isOff();
        } catch (SQLException e) {
            if (!cluster.primary().disk().isOff()) {
                throw e;
            }
            return false;
        }
    }

    private void leavePrimary() {
        writers.forEach(SimulatedWriter::abandon);
        cluster.replicas().forEach(SimulatedReplica::cutLinks);
    }

    /** Closes the primary in order and opens it again; what was committed is all there. */
    private void restartPrimary() throws SQLException {
        leavePrimary();
        onPrimary(() -> {
            cluster.primary().stop();
            cluster.primary().open();
            recover();
        });
    }

    private void recover() throws SQLException {
        SimulatedPrimary.Position position = cluster.primary().position();
        long head = position.head();
        long found = cluster.primary().barriers();
        note("back at LSN " + head + (found > barriers ? ", in doubt" : ""));
        chronicle.recover(head, cluster.primary().contents(), found > barriers);
        barriers = found;
        known = head;
        chronicle.durable(position.durable());
    }

    /** Notes what the step has changed on the primary. */
    private void observe() throws SQLException {
        SimulatedPrimary primary = cluster.primary();
        SimulatedPrimary.Position position = primary.position();
        if (!position.settled()) {
            primary.tend();
            position = primary.position();
        }
        if (position.head() != known) {
            chronicle.state(position.head(), primary.contents());
            known = position.head();
        }
        chronicle.durable(position.durable());
    }

    private void check(SimulatedReplica replica) throws SQLException {
        if (replica.state() == ReplicaState.DIVERGED) {
            throw new Violation("A replica says that it has diverged: " + replica);
        }
        long applied = replica.applied();
        if (applied < 0) {
            return;
        }
        if (applied > chronicle.durable()) {
            throw new Violation(
                    replica + " shows LSN " + applied + "; durable on the primary is only " + chronicle.durable());
        }
        try {
            chronicle.require(replica.toString(), applied, replica.contents());
        } catch (Violation violation) {
            note("the primary is at LSN " + cluster.primary().head() + "; it differs by "
                    + cluster.primary().contents().differences(replica.contents()));
            throw violation;
        }
    }

    /** Lets everything work again until all nodes are equal. */
    private void settle() throws IOException, SQLException {
        writers.forEach(SimulatedWriter::abandon);
        cluster.primary().disk().failIn(-1);
        for (SimulatedReplica replica : cluster.replicas()) {
            replica.disk().failIn(-1);
            replica.setPartitioned(false);
        }
        int rounds = 0;
        while (!isLevel()) {
            if (rounds++ > MOST_ROUNDS_AT_END) {
                throw new Violation(
                        "The replicas do not reach LSN " + cluster.primary().head() + ": " + cluster.replicas());
            }
            cluster.time().pass(Duration.ofSeconds(6));
            cluster.primary().tend();
            cluster.primary().flush();
            cluster.replicas().forEach(SimulatedReplica::work);
            afterStep();
        }
        StoreContents expected = cluster.primary().contents();
        for (SimulatedReplica replica : cluster.replicas()) {
            List<String> differences = expected.differences(replica.contents());
            if (!differences.isEmpty()) {
                throw new Violation(replica + " differs from the primary in the end: " + differences);
            }
        }
        long divergences = cluster.primary().divergences();
        if (divergences > 0 && !logAltered) {
            throw new Violation("Replicas have said " + divergences + " times that they have diverged");
        }
    }

    private boolean isLevel() throws SQLException {
        long head = cluster.primary().head();
        return cluster.replicas().stream()
                .allMatch(replica -> replica.applied() == head && replica.state() == ReplicaState.STREAMING);
    }

    @Override
    public void close() throws IOException {
        writers.forEach(SimulatedWriter::abandon);
        cluster.close();
    }
}
