package dev.weir.it.load;

import java.sql.SQLException;
import java.util.Set;

/** Which failures are lost races between transactions, which plain H2 has as well. Thread-safe. */
final class Conflicts {
    private static final int INTERNAL = 50_000;
    /** Deadlock, lock timeout, duplicate key, concurrent update of one row. */
    private static final Set<Integer> RACES = Set.of(40_001, 50_200, 23_505, 90_131);

    private Conflicts() {}

    static void count(SQLException failure, Tally tally) {
        boolean internal = failure.getErrorCode() == INTERNAL
                && String.valueOf(failure.getMessage()).contains("ROLLING_BACK");
        if (internal || RACES.contains(failure.getErrorCode())) {
            tally.conflict(failure);
        } else {
            tally.unexpected(failure);
        }
    }
}
