package dev.weir.replicator.replica;

import java.sql.SQLException;

/** Is told how the making of a copy goes on, on the thread that makes it. */
interface SeedListener {
    /** What has been reached when a copy is made; a crash right then leaves what the next attempt can use. */
    enum Step {
        COPIED_PART,
        COPIED,
        LOADED_PART,
        LOADED,
        CLOSED,
        CHECKED,
        SWAPPED,
        ENDED
    }

    /** Called about every second. */
    void progress(SeedProgress progress) throws SQLException;

    default void reached(Step step) {}
}
