package dev.weir.replicator.heal;

import static dev.weir.replicator.heal.Rung.ENLARGE_BATCHES;
import static dev.weir.replicator.heal.Rung.GIVE_UP;
import static dev.weir.replicator.heal.Rung.RESTART;
import static dev.weir.replicator.heal.Rung.RESYNC;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.monitor.AlertKind;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.ReplicaView;
import dev.weir.replicator.monitor.Severity;
import dev.weir.replicator.source.StoreUrl;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with a replica, with the steps that may help, mildest first, and what a person must do if none does. Immutable. */
enum Ailment {
    /** Its thread has ended, or fails each time. */
    THREAD(
            List.of(RESTART, RESTART, RESYNC),
            "read its log for the failure of its thread, and start its process again"),
    /** Its store's file is not there any more; what is open of it is gone at the next start. */
    FILE_GONE(List.of(RESYNC), "find out who deletes the file of its store, and copy the primary anew"),
    /** Its disk is full; a copy would need yet more room. */
    DISK_FULL(List.of(), "make room on the disk of its store; it goes on by itself"),
    /** It differs from the primary. */
    DIVERGED(List.of(RESYNC), "look at the entry that it names; a fresh copy does not take it either"),
    /** It cannot reach the primary, which the monitor can. */
    CONNECTION(List.of(RESTART, RESTART), "look at its network, its user and its password"),
    /** Its store refuses what it is to apply. */
    STUCK(List.of(RESTART, RESYNC), "look at the entry and the reason that it names, and at who locks its tables"),
    /** It applies more slowly than the primary writes. */
    SLOW(List.of(ENLARGE_BATCHES, RESYNC), "give it a faster disk or more processor time, or write less");

    // What List.of gives is immutable.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Rung> ladder;

    private final String advice;

    Ailment(List<Rung> ladder, String advice) {
        this.ladder = ladder;
        this.advice = advice;
    }

    /** The step after so many others. */
    Rung step(int taken) {
        return taken < ladder.size() ? ladder.get(taken) : GIVE_UP;
    }

    String advice() {
        return advice;
    }

    /** What is wrong with a replica of this process; empty if nothing is that can be done about. */
    static Optional<Ailment> of(Overview overview, ReplicaView view, LocalReplica local) {
        if (view.state() == NodeState.STOPPED
                || (view.state() == NodeState.SEEDING && local.trouble().isEmpty())) {
            return Optional.empty();
        }
        String reason = view.sample().reason();
        if (isDiskFull(reason)) {
            return Optional.of(DISK_FULL);
        }
        if (!local.trouble().isEmpty()) {
            return Optional.of(THREAD);
        }
        if (view.state() == NodeState.DIVERGED) {
            return Optional.of(DIVERGED);
        }
        if (isFileGone(local)) {
            return Optional.of(FILE_GONE);
        }
        boolean answers = overview.sample().primary().isPresent();
        if (view.state() == NodeState.STALLED) {
            return switch (local.status().blocked()) {
                case BY_PRIMARY -> answers ? Optional.of(CONNECTION) : Optional.empty();
                // One that is not blocked is busy with a long entry, which a restart would only begin anew.
                case BY_DURABILITY, NOT -> Optional.empty();
                case BY_STORE -> Optional.of(STUCK);
            };
        }
        boolean late = overview.open().stream()
                .anyMatch(alert -> alert.node().equals(view.name())
                        && alert.kind() == AlertKind.LAG
                        && alert.severity() == Severity.CRITICAL);
        return late && answers ? Optional.of(SLOW) : Optional.empty();
    }

    private static boolean isDiskFull(String reason) {
        String lower = reason.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("disk quota") || lower.contains("not enough space");
    }

    private static boolean isFileGone(LocalReplica local) {
        StoreUrl store = local.site().store();
        return store.kind() == StoreUrl.Kind.FILE && local.appliedLsn() >= 0 && !Files.exists(store.file());
    }
}
