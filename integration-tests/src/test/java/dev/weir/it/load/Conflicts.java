package dev.weir.it.load;

import java.sql.SQLException;
import java.util.Set;

/** Which failures are lost races between transactions, which plain H2 has as well. Thread-safe. */
final class Conflicts {
    private static final int INTERNAL = 50_000;
    /** Deadlock, lock timeout, duplicate key, concurrent update of one row. */
    private static final Set<Integer> RACES = Set.of(40_001, 50_200, 23_505, 90_131);

    /** H2's codes for a connection or database that went away. */
    private static final Set<Integer> LOST = Set.of(90_007, 90_067, 90_098, 90_121);

    private Conflicts() {}

    /** Whether the failure says that a node or the connection to it went away. */
    static boolean isLoss(SQLException failure) {
        return LOST.contains(failure.getErrorCode())
                || String.valueOf(failure.getSQLState()).startsWith("08");
    }

    static void count(SQLException failure, Tally tally) {
        boolean internal = failure.getErrorCode() == INTERNAL
                && String.valueOf(failure.getMessage()).contains("ROLLING_BACK");
        if (internal || RACES.contains(failure.getErrorCode())) {
            tally.conflict(failure);
        } else if (isLoss(failure)) {
            tally.loss(failure);
        } else {
            tally.unexpected(failure);
        }
    }
}
