package dev.weir.capture;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What a batch has done as a whole. Immutable by convention: nobody changes the counts. */
final class BatchOutcome {
    private final long[] counts;
    private final WriteOutcome outcome;
    private final @Nullable BatchUpdateException failure;

    BatchOutcome(long[] counts, WriteOutcome outcome, @Nullable BatchUpdateException failure) {
        this.counts = counts;
        this.outcome = outcome;
        this.failure = failure;
    }

    /** Where the generated keys of the elements that succeeded are. */
    WriteOutcome outcome() {
        return outcome;
    }

    /**
     * The update count of each element.
     *
     * @throws SQLException if any failed, with the counts of all
     */
    long[] counts() throws SQLException {
        if (failure != null) {
            throw failure;
        }
        return counts;
    }

    /** The sum of the counts of the elements that succeeded. */
    long changed() {
        long changed = 0;
        for (long count : counts) {
            changed += count == Statement.EXECUTE_FAILED ? 0 : count;
        }
        return changed;
    }

    long count(int element) {
        return counts[element];
    }
}
