package dev.weir.replicator.heal;

import java.util.Locale;

/** What can be done about a replica, mildest first. Immutable. */
public enum Rung {
    /** Open its store and its session with the primary anew, on a new thread if the old one has ended. */
    RESTART,
    /** Apply more entries in one transaction, and force the store less often. */
    ENLARGE_BATCHES,
    /** Copy the primary anew, out of rotation meanwhile. */
    RESYNC,
    /** Leave it to a person. */
    GIVE_UP;

    /** The name in tables, JSON and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
