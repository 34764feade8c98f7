package dev.weir.capture;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A table as the catalog describes it, as far as capture needs it. Immutable.
 *
 * @param kind what writing to it means
 * @param columns all of them, invisible ones too, in order
 * @param key the names of the primary key's columns; empty if it has none
 * @param uniqueColumns the columns of its other unique indexes
 * @param triggers whether any trigger fires on it
 * @param referrers the foreign keys that refer to it
 */
record TableDefinition(
        QualifiedName name,
        Kind kind,
        List<ColumnDefinition> columns,
        List<String> key,
        Set<String> uniqueColumns,
        boolean triggers,
        List<ForeignKey> referrers) {
    /** What writing to a table means for replicas. */
    enum Kind {
        /** Its rows are replicated. */
        BASE,
        /** Its rows live only in the primary or one session of it: temporary and linked tables. */
        LOCAL,
        /** Writing to it changes other tables. */
        VIEW
    }

    TableDefinition {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        uniqueColumns = Set.copyOf(uniqueColumns);
        referrers = List.copyOf(referrers);
    }

    boolean hasKey() {
        return !key.isEmpty();
    }

    /** The columns that an INSERT may set, the key's first. */
    List<String> writableColumns() {
        Set<String> names = new LinkedHashSet<>(key);
        for (ColumnDefinition column : columns) {
            if (column.isWritable()) {
                names.add(column.name());
            }
        }
        return new ArrayList<>(names);
    }

    ColumnDefinition column(String columnName) {
        for (ColumnDefinition column : columns) {
            if (column.name().equals(columnName)) {
                return column;
            }
        }
        throw new IllegalArgumentException("Table " + name + " has no column " + columnName);
    }

    boolean cascadesOnDelete() {
        return referrers.stream().anyMatch(ForeignKey::deletes);
    }

    /** Whether changing these columns changes rows of other tables. */
    boolean cascadesOnUpdate(Set<String> changed) {
        return referrers.stream()
                .anyMatch(referrer ->
                        referrer.updates() && referrer.parentColumns().stream().anyMatch(changed::contains));
    }
}
