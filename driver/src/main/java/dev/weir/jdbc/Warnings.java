package dev.weir.jdbc;

import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** Chains of warnings from several delegates, made one. */
final class Warnings {
    private Warnings() {}

    /** Both chains, one after the other; the target's own objects where only one has any, copies otherwise. */
    static @Nullable SQLWarning merge(@Nullable SQLWarning first, @Nullable SQLWarning second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        SQLWarning merged = copyOf(first);
        append(merged, first.getNextWarning());
        append(merged, second);
        return merged;
    }

    private static void append(SQLWarning chain, @Nullable SQLWarning more) {
        for (SQLWarning next = more; next != null; next = next.getNextWarning()) {
            chain.setNextWarning(copyOf(next));
        }
    }

    private static SQLWarning copyOf(SQLWarning warning) {
        return new SQLWarning(warning.getMessage(), warning.getSQLState(), warning.getErrorCode(), warning);
    }
}
