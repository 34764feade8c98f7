package dev.weir.capture;

import dev.weir.capture.AlterParts.Part;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An {@code ALTER TABLE} that fills a column, taken apart. Immutable.
 *
 * @param obstacle why it cannot be replicated; null if it can
 * @param steps what is done instead, where the text itself would give each node values of its own; null if the text gives the same everywhere
 */
record ComputedColumn(@Nullable String obstacle, @Nullable Steps steps) {
    /**
     * A column added without values, then its default, then the values as rows, then the rest.
     *
     * @param column as written
     */
    record Steps(
            String add,
            String setDefault,
            String fill,
            @Nullable String forbidNull,
            String drop,
            String column) {}

    private static final ComputedColumn EXACT = new ComputedColumn(null, null);

    /** What ends the expression of a default. */
    private static final Set<String> AFTER_DEFAULT = Set.of(
            "NOT",
            "NULL",
            "ON",
            "UNIQUE",
            "PRIMARY",
            "CHECK",
            "REFERENCES",
            "CONSTRAINT",
            "COMMENT",
            "SELECTIVITY",
            "INVISIBLE",
            "VISIBLE",
            "COLLATE",
            "BEFORE",
            "AFTER",
            "GENERATED",
            "AUTO_INCREMENT",
            "IDENTITY");

    private static final Set<String> GENERATORS =
            Set.of("IDENTITY", "AUTO_INCREMENT", "SERIAL", "BIGSERIAL", "SMALLSERIAL", "SEQUENCE");

    /**
     * What a text does.
     *
     * @param sql without comments
     * @param table the table; null if it is not known
     * @param deterministic tells whether an expression gives the same everywhere
     */
    static ComputedColumn of(String sql, @Nullable TableDefinition table, Predicate<String> deterministic) {
        AlterParts parts = AlterParts.of(sql);
        int action = 2;
        while (action < parts.size()
                && !Set.of("ADD", "ALTER", "MODIFY", "CHANGE")
                        .contains(parts.parts().get(action).word())) {
            action++;
        }
        if (table == null) {
            return EXACT; // H2 does nothing, or says what is wrong
        }
        int using = parts.find("USING", action);
        if (using < parts.size()) {
            return deterministic.test(parts.between(using + 1, parts.size()))
                    ? EXACT
                    : refused("USING gives each row a value that differs from node to node; set it with UPDATE");
        }
        if (!parts.is(action, "ADD")) {
            return EXACT; // a type or a property changes, and values stay or are converted
        }
        return added(parts, action, table, deterministic);
    }

    private static ComputedColumn added(
            AlterParts parts, int action, TableDefinition table, Predicate<String> deterministic) {
        int at = parts.is(action + 1, "COLUMN") ? action + 2 : action + 1;
        boolean unlessThere = parts.is(at, "IF");
        int name = unlessThere ? at + 3 : at;
        if (name < parts.size() && parts.text().charAt(parts.parts().get(name).start()) == '(') {
            return several(parts, name, deterministic);
        }
        String generator = generator(parts, name + 1);
        if (generator != null) {
            return refused(generator);
        }
        int generated = parts.find("AS", name + 1);
        if (generated < parts.size()) {
            return deterministic.test(parts.between(generated + 1, generated + 2))
                    ? EXACT
                    : refused("a generated column would have other values on each node; use a DEFAULT instead");
        }
        int start = parts.find("DEFAULT", name + 1);
        if (parts.is(start + 1, "ON")) {
            start += 2; // DEFAULT ON NULL
        }
        int end = Math.min(start + 2, parts.size());
        while (end < parts.size()
                && !AFTER_DEFAULT.contains(parts.parts().get(end).word())) {
            end++;
        }
        if (start >= parts.size() || deterministic.test(parts.between(start + 1, end))) {
            return EXACT;
        }
        return steps(parts, action, name, start, end, table, unlessThere);
    }

    private static ComputedColumn steps(
            AlterParts parts, int action, int name, int start, int end, TableDefinition table, boolean unlessThere) {
        if (table.triggers() || table.columns().stream().anyMatch(ColumnDefinition::onUpdate)) {
            return refused("filling the column would fire triggers or ON UPDATE of table " + table.name()
                    + "; add it without the default, set its values with UPDATE, and then the default");
        }
        String column = parts.between(name, name + 1);
        String exact = column.startsWith("\"") ? column.substring(1, column.length() - 1) : column;
        if (unlessThere
                && table.columns().stream().anyMatch(known -> known.name().equalsIgnoreCase(exact))) {
            return EXACT;
        }
        String rest = " " + parts.between(end, parts.size());
        int not = parts.find("NOT", name + 1);
        boolean forbids = parts.is(not, "NOT") && parts.is(not + 1, "NULL");
        if (forbids && not < start) {
            return refused("NOT NULL stands before DEFAULT; write it behind");
        }
        if (forbids) {
            Part last = parts.parts().get(not + 1);
            rest = " " + parts.between(end, not) + parts.text().substring(last.end());
        }
        String alter = parts.between(0, action);
        String target = table.name().sql();
        return new ComputedColumn(
                null,
                new Steps(
                        parts.between(0, start) + rest,
                        alter + " ALTER COLUMN " + column + " SET DEFAULT " + parts.between(start + 1, end),
                        "UPDATE " + target + " SET " + column + " = DEFAULT",
                        forbids ? alter + " ALTER COLUMN " + column + " SET NOT NULL" : null,
                        alter + " DROP COLUMN " + column,
                        column));
    }

    /** Several columns in parentheses are looked at as a whole. */
    private static ComputedColumn several(AlterParts parts, int list, Predicate<String> deterministic) {
        String inner = parts.between(list, list + 1);
        AlterParts columns = AlterParts.of(inner.substring(1, inner.length() - 1));
        String generator = generator(columns, 0);
        if (generator != null) {
            return refused(generator);
        }
        for (int i = columns.find("DEFAULT", 0); i < columns.size(); i = columns.find("DEFAULT", i + 1)) {
            int end = i + 2;
            while (end < columns.size()
                    && !AFTER_DEFAULT.contains(columns.parts().get(end).word())
                    && inner.charAt(columns.parts().get(end).start() + 1) != ',') {
                end++;
            }
            if (!deterministic.test(columns.between(i + 1, end))) {
                return refused(
                        "one of its columns has a default that differs from node to node; add that column by itself");
            }
        }
        return columns.find("AS", 0) < columns.size()
                ? refused("one of its columns is generated; add that column by itself")
                : EXACT;
    }

    private static @Nullable String generator(AlterParts parts, int from) {
        for (int i = from; i < parts.size(); i++) {
            if (GENERATORS.contains(parts.parts().get(i).word())) {
                return "it numbers rows that have no order which all nodes share; add a plain column and number the rows with UPDATE, or copy them into a new table";
            }
        }
        return null;
    }

    private static ComputedColumn refused(String obstacle) {
        return new ComputedColumn(obstacle, null);
    }
}
