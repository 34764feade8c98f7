package dev.weir.capture;

import java.sql.PreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * What one captured data modification has done. Immutable.
 *
 * @param count the update count
 * @param statement where its generated keys are; null if there are none
 * @param keyColumns how many leading columns of them the application asked for; -1 if all, 0 if it asked for none
 */
record WriteOutcome(long count, @Nullable PreparedStatement statement, int keyColumns) {
    static final int ALL = -1;
}
