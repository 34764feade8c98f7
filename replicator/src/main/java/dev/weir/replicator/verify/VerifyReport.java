package dev.weir.replicator.verify;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the comparison of one replica with its primary found. Immutable.
 *
 * @param lsn the entry at which both were compared
 * @param rows how many rows of the primary were
 */
public record VerifyReport(String replica, long lsn, long rows, Duration elapsed, List<Difference> differences) {
    /**
     * One difference. Immutable by convention.
     *
     * @param what what differs, for people: {@code row differs}, {@code row is missing}, {@code row is not on the primary}, or of the table or its definition
     * @param key the row's primary key by column, as SQL; empty if no row can be named
     */
    public record Difference(
            String table, String what, String key, @Nullable List<@Nullable Object> values) {}

    public VerifyReport {
        differences = List.copyOf(differences);
    }

    public boolean isEqual() {
        return differences.isEmpty();
    }
}
