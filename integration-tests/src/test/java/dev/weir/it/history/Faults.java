package dev.weir.it.history;

import java.sql.SQLException;
import java.time.Duration;
import java.util.SplittableRandom;

/** What can go wrong with a cluster's nodes and the way to them. Confined to one thread. */
interface Faults extends AutoCloseable {
    /** The cluster's URL, through which every node is reached in such a way that the faults can be made. */
    String weirUrl();

    /** Whether a replica may show a commit before the primary does. */
    boolean replicasShowEarly();

    /** Whom clients connect as. */
    String user();

    String password();

    /** Which SQL the registers want. */
    Registers registers();

    /**
     * Makes a random fault and undoes it.
     *
     * @return what it was
     */
    String strike(SplittableRandom random) throws SQLException;

    /** Replaces the primary by a replica, for good; does nothing where that cannot be done. */
    void failOver() throws SQLException;

    /** Undoes whatever is left. */
    @Override
    void close();

    /** Lets a fault last. */
    static void last(SplittableRandom random, Duration least, Duration most) {
        try {
            Thread.sleep(random.nextLong(least.toMillis(), most.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a fault lasted", e);
        }
    }
}
