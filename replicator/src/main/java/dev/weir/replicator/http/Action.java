package dev.weir.replicator.http;

import dev.weir.replicator.LocalReplica;
import java.util.Locale;
import java.util.Optional;

/** What a person may have a replica do. Immutable. */
enum Action {
    VERIFY,
    REPAIR,
    RESYNC,
    RESTART,
    PAUSE,
    RESUME;

    /** Has a replica of this process do it. */
    void order(LocalReplica replica) {
        switch (this) {
            case VERIFY, REPAIR, PAUSE, RESUME ->
                throw new IllegalStateException(this + " is not done by the replica alone");
            case RESYNC -> replica.resync();
            case RESTART -> replica.restart();
        }
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Action> of(String label) {
        for (Action action : values()) {
            if (action.label().equals(label)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}
