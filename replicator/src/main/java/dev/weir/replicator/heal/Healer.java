package dev.weir.replicator.heal;

import dev.weir.replicator.Duty;
import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.monitor.AlertKind;
import dev.weir.replicator.monitor.Condition;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.ReplicaView;
import dev.weir.replicator.monitor.Severity;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something about the replicas of this process when a monitor finds them ailing: the mildest step that fits what is wrong, then the next, within a budget, and in the end a
 * critical alert that says what a person must do. Each step is recorded on the primary. At most one replica of the cluster is copied anew at a time, and a replica that
 * still serves reads only while another one is sound. Confined to one thread, except {@link #conditions}, which any thread may ask.
 */
public final class Healer implements Duty, Monitor.ConditionSource {
    private static final Logger LOG = LoggerFactory.getLogger(Healer.class);
    private static final int MOST_UNSAVED = 100;

    private final Monitor monitor;
    private final HealPolicy policy;
    private final HealingTable table;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Map<String, Patient> patients = new LinkedHashMap<>();
    private final Map<UUID, Step> unsaved = new LinkedHashMap<>();
    private boolean begun;
    private volatile List<Condition> givenUp = List.of();

    public Healer(
            RunningCluster cluster, Monitor monitor, HealPolicy policy, InstantSource clock, LongSupplier nanoClock) {
        this.monitor = monitor;
        this.policy = policy;
        this.table = new HealingTable(cluster.primary());
        this.clock = clock;
        this.nanoClock = nanoClock;
        for (LocalReplica replica : cluster.replicas()) {
            patients.put(replica.name(), new Patient(replica));
        }
        monitor.addSource(this);
    }

    /** Looks at every replica once and takes the steps that are due. */
    @Override
    public int work() {
        begin();
        monitor.overview().ifPresent(overview -> {
            for (ReplicaView view : overview.replicas()) {
                Patient patient = patients.get(view.name());
                if (patient != null) {
                    treat(overview, view, patient);
                }
            }
        });
        saveUnsaved();
        alert();
        return 0;
    }

    private void begin() {
        if (!begun) {
            try {
                table.abandon(patients.keySet());
                begun = true;
            } catch (SQLException e) {
                LOG.debug("event=healing_not_begun reason=\"{}\"", e.getMessage());
            }
        }
    }

    private void treat(Overview overview, ReplicaView view, Patient patient) {
        long now = nanoClock.getAsLong();
        Optional<Ailment> found = Ailment.of(overview, view, patient.replica);
        patient.diagnose(found.orElse(null), now);
        Step current = patient.current;
        if (current != null) {
            if (!isOver(view, patient, current, now)) {
                return;
            }
        }
        Ailment ailment = patient.ailment;
        if (ailment == null) {
            if (isSound(view)) {
                patient.givenUp = "";
            }
        } else if (patient.givenUp.isEmpty()
                && now - patient.ailingSince >= policy.patience().toNanos()) {
            take(overview, view, patient, ailment, now);
        }
    }

    private static boolean isSound(ReplicaView view) {
        return view.state() == NodeState.STREAMING || view.state() == NodeState.CATCHING_UP;
    }

    /** Whether the outcome of the step under way is known; if so, it is recorded. */
    private boolean isOver(ReplicaView view, Patient patient, Step step, long now) {
        long took = now - patient.begunAt;
        if (patient.ailment == null && isSound(view) && patient.replica.appliedLsn() >= 0) {
            finish(
                    patient,
                    step.with(
                            Step.Outcome.HEALED,
                            "sound at LSN " + patient.replica.appliedLsn() + " after " + took / 1_000_000 + " ms"));
            patient.taken = 0;
            return true;
        }
        boolean copying = step.rung() == Rung.RESYNC && view.state() == NodeState.SEEDING;
        long given = copying ? policy.copyTime().toNanos() : policy.coolDown().toNanos();
        if (took < given) {
            return false;
        }
        finish(
                patient,
                step.with(
                        Step.Outcome.FAILED,
                        "still " + view.state()
                                + (view.sample().reason().isEmpty()
                                        ? ""
                                        : ": " + view.sample().reason())));
        return true;
    }

    private void finish(Patient patient, Step finished) {
        patient.current = null;
        LOG.info(
                "event=healing_done replica={} step={} outcome={} effect=\"{}\"",
                finished.replica(),
                finished.rung().label(),
                finished.outcome(),
                finished.effect());
        record(finished);
    }

    private void take(Overview overview, ReplicaView view, Patient patient, Ailment ailment, long now) {
        boolean spent = patient.stepsWithin(policy.window().toNanos(), now) >= policy.budget();
        Rung rung = spent ? Rung.GIVE_UP : ailment.step(patient.taken);
        String cause = ailment
                + (view.sample().reason().isEmpty() ? "" : ": " + view.sample().reason());
        Step step = new Step(UUID.randomUUID(), clock.instant(), view.name(), cause, rung, Step.Outcome.PENDING, "");
        if (policy.dryRun()) {
            show(patient, step);
        } else if (rung == Rung.GIVE_UP) {
            giveUp(patient, ailment, step, spent);
        } else if (rung != Rung.RESYNC || mayCopy(overview, patient, step)) {
            patient.taken++;
            patient.count(now);
            patient.current = step;
            patient.begunAt = now;
            LOG.warn("event=healing replica={} step={} cause=\"{}\"", step.replica(), rung.label(), cause);
            if (rung != Rung.RESYNC) {
                record(step);
            }
            order(rung, patient.replica);
        }
    }

    private static void order(Rung rung, LocalReplica replica) {
        switch (rung) {
            case RESTART -> replica.restart();
            case ENLARGE_BATCHES -> replica.enlargeBatches();
            case RESYNC -> replica.resync();
            case GIVE_UP -> {}
        }
    }

    private void show(Patient patient, Step step) {
        patient.givenUp = "would " + step.rung().label() + " for " + step.cause() + "; healing is only shown";
        LOG.warn(
                "event=healing_shown replica={} step={} cause=\"{}\"",
                step.replica(),
                step.rung().label(),
                step.cause());
        record(step.with(Step.Outcome.SHOWN, "only shown"));
    }

    private void giveUp(Patient patient, Ailment ailment, Step step, boolean spent) {
        patient.givenUp = step.cause() + (spent ? ". " + spentBudget() : "") + ". To do: " + ailment.advice();
        LOG.error("event=healing_given_up replica={} message=\"{}\"", step.replica(), patient.givenUp);
        record(step.with(Step.Outcome.FAILED, "left to a person: " + ailment.advice()));
    }

    private String spentBudget() {
        return policy.budget() == 1 ? "Its one step is spent" : "Its " + policy.budget() + " steps are spent";
    }

    /** Whether the replica may be copied now; if not, it is looked at again in the next round. */
    private boolean mayCopy(Overview overview, Patient patient, Step step) {
        boolean other = overview.replicas().stream()
                .anyMatch(view -> !view.name().equals(patient.replica.name()) && isServing(view));
        boolean copying = overview.replicas().stream()
                .anyMatch(view -> !view.name().equals(patient.replica.name()) && view.state() == NodeState.SEEDING);
        if (copying || (patient.replica.appliedLsn() >= 0 && !other)) {
            LOG.debug(
                    "event=copy_postponed replica={} other_copies={} other_serves={}", step.replica(), copying, other);
            return false;
        }
        try {
            return table.claim(step, policy.copyTime());
        } catch (SQLException e) {
            LOG.debug("event=copy_postponed replica={} reason=\"{}\"", step.replica(), e.getMessage());
            return false;
        }
    }

    private static boolean isServing(ReplicaView view) {
        return isSound(view)
                && view.severity() != Severity.CRITICAL
                && view.sample().appliedLsn().isPresent();
    }

    private void record(Step step) {
        unsaved.remove(step.id());
        unsaved.put(step.id(), step);
        if (unsaved.size() > MOST_UNSAVED) {
            unsaved.remove(unsaved.keySet().iterator().next());
        }
    }

    /** Writes what could not be written while the primary was away. */
    private void saveUnsaved() {
        for (Step step : new ArrayList<>(unsaved.values())) {
            try {
                table.save(step);
                unsaved.remove(step.id());
            } catch (SQLException e) {
                LOG.debug("event=healing_not_recorded step={} reason=\"{}\"", step.id(), e.getMessage());
                return;
            }
        }
    }

    private void alert() {
        List<Condition> found = new ArrayList<>();
        for (Patient patient : patients.values()) {
            if (!patient.givenUp.isEmpty()) {
                found.add(new Condition(
                        AlertKind.HEALING,
                        patient.replica.name(),
                        policy.dryRun() ? Severity.INFO : Severity.CRITICAL,
                        "Replica " + patient.replica.name() + (policy.dryRun() ? " " : " needs a person: ")
                                + patient.givenUp,
                        Map.of("state", patient.replica.status().state().name())));
            }
        }
        givenUp = List.copyOf(found);
    }

    @Override
    public List<Condition> conditions() {
        return givenUp;
    }
}
