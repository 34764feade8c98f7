package dev.weir.capture;

import dev.weir.capture.WritePlan.Extent;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.ReplaySql;
import dev.weir.sql.TableName.Identifier;
import dev.weir.sql.WriteShape;
import dev.weir.sql.WriteShape.Verb;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how a data modification is executed and logged: the cheapest way that is proven exact, else a refusal. Confined to one connection.
 */
final class Planner {
    private final PrimaryStore store;
    private final Catalog catalog;
    private final Connection connection;

    Planner(PrimaryStore store, Catalog catalog, Connection connection) {
        this.store = store;
        this.catalog = catalog;
        this.connection = connection;
    }

    /**
     * The way to execute a statement.
     *
     * @param table the statement's target
     */
    WritePlan plan(String sql, WriteShape write, TableDefinition table) throws SQLException {
        if (table.name().schema().equalsIgnoreCase("WEIR")) {
            throw Refusals.weirSchema();
        }
        return switch (table.kind()) {
            case LOCAL -> new WritePlan.Local();
            case VIEW ->
                catalog.settings().traces()
                        ? new WritePlan.Traced()
                        : new WritePlan.Refused(table.name()
                                + " is a view, and which tables its triggers change is not known; write to the tables");
            case BASE -> planBase(sql, write, table);
        };
    }

    /** The way to execute a statement of which nothing is known but that it writes. */
    WritePlan planUnknown(String why) {
        return catalog.settings().traces()
                ? new WritePlan.Traced()
                : new WritePlan.Refused("which table it changes is not known (" + why
                        + "); use a plain INSERT, UPDATE, DELETE or MERGE of one table");
    }

    /** Why a statement that mentions a routine cannot be executed; null if it mentions none. */
    private @Nullable String routine(String sql) {
        String routine = SqlText.mentioned(sql, catalog.settings().routines());
        return routine == null
                ? null
                : "it mentions routine " + routine
                        + " of the database, which might commit by itself; call it first and use its result";
    }

    private WritePlan planBase(String sql, WriteShape write, TableDefinition table) throws SQLException {
        String obstacle = obstacle(table);
        if (obstacle != null) {
            return new WritePlan.Refused(obstacle);
        }
        String routine = routine(sql);
        if (routine != null) {
            return catalog.settings().traces() ? new WritePlan.Traced() : new WritePlan.Refused(routine);
        }
        if (table.writableColumns().isEmpty()) {
            return new WritePlan.Refused("table " + table.name()
                    + " has no column that can be written, so that its rows cannot be told apart; give it one");
        }
        if (table.triggers()) {
            return new WritePlan.Traced();
        }
        WritePlan compare = compare(table);
        Set<String> assigned = assigned(write, table);
        if (assigned == null || !SqlText.firstWord(sql).equals(firstWord(write.verb()))) {
            return compare;
        }
        return switch (write.verb()) {
            case INSERT -> point(write, table, assigned, images(write, table, Change.INSERT, false, compare));
            // Images would miss the rows updated, and doing it twice would draw identities twice.
            case UPSERT -> catalog.settings().traces() ? compare : images(write, table, Change.INSERT, true, compare);
            case MERGE_KEY -> planMergeKey(write, table, assigned, compare);
            // A branch may set the key or delete, which the images would not show.
            case MERGE_USING -> compare;
            case UPDATE -> planUpdate(write, table, assigned, compare);
            case DELETE -> planDelete(write, table, compare);
        };
    }

    private static String firstWord(Verb verb) {
        return switch (verb) {
            case INSERT, UPSERT -> "INSERT";
            case UPDATE -> "UPDATE";
            case DELETE -> "DELETE";
            case MERGE_KEY, MERGE_USING -> "MERGE";
        };
    }

    private WritePlan planMergeKey(WriteShape write, TableDefinition table, Set<String> assigned, WritePlan compare) {
        Set<String> key = Set.copyOf(table.key());
        boolean byPrimaryKey = table.hasKey() && (write.keyed().isEmpty() || key.equals(names(write.keyed(), table)));
        boolean keepsKey = table.hasKey() && !write.assigned().isEmpty() && disjoint(assigned, key);
        if ((!byPrimaryKey && !keepsKey) || table.cascadesOnUpdate(changed(table, assigned))) {
            return compare;
        }
        WritePlan images = images(write, table, Change.UPSERT, false, compare);
        return byPrimaryKey ? point(write, table, assigned, images) : images;
    }

    private WritePlan planUpdate(WriteShape write, TableDefinition table, Set<String> assigned, WritePlan compare) {
        Set<String> changed = changed(table, assigned);
        if (table.cascadesOnUpdate(changed)) {
            return compare;
        }
        if (!table.hasKey() || !disjoint(changed, table.key())) {
            WritePlan lockFirst = lockFirst(write, table, compare);
            return table.hasKey() ? point(write, table, assigned, lockFirst) : lockFirst;
        }
        boolean swaps = !disjoint(changed, table.uniqueColumns());
        List<String> logged = new ArrayList<>(table.key());
        for (String column : table.writableColumns()) {
            if (!table.key().contains(column) && changed.contains(column)) {
                logged.add(column);
            }
        }
        WritePlan images = new WritePlan.Images(
                table, Change.UPDATE, swaps ? table.writableColumns() : logged, swaps, false, extent(write), compare);
        return point(write, table, assigned, images);
    }

    private WritePlan planDelete(WriteShape write, TableDefinition table, WritePlan compare) {
        if (table.cascadesOnDelete()) {
            return compare;
        }
        WritePlan deleted = new WritePlan.Deleted(table, extent(write), compare);
        return isByKey(write, table) ? new WritePlan.Point(table, deleted) : deleted;
    }

    private static WritePlan images(
            WriteShape write, TableDefinition table, Change change, boolean guarded, WritePlan otherwise) {
        return new WritePlan.Images(table, change, table.writableColumns(), false, guarded, extent(write), otherwise);
    }

    private static Extent extent(WriteShape write) {
        return switch (write.verb()) {
            case UPDATE, DELETE -> write.limited() ? Extent.OPEN : Extent.BOUNDABLE;
            case INSERT, UPSERT, MERGE_KEY, MERGE_USING -> write.values() ? Extent.GIVEN : Extent.OPEN;
        };
    }

    /** As text if the statement fixes its rows by the primary key and nothing it leaves open is volatile. */
    private WritePlan point(WriteShape write, TableDefinition table, Set<String> assigned, WritePlan otherwise) {
        boolean fixed = switch (write.verb()) {
            case UPDATE -> isByKey(write, table) && isQuiet(table, assigned);
            case INSERT, MERGE_KEY ->
                table.hasKey()
                        && write.rowLocal()
                        && write.values()
                        && assigned.containsAll(table.key())
                        && isQuiet(table, null);
            case UPSERT, DELETE, MERGE_USING -> false;
        };
        return fixed ? new WritePlan.Point(table, otherwise) : otherwise;
    }

    private boolean isByKey(WriteShape write, TableDefinition table) {
        return table.hasKey()
                && write.rowLocal()
                && !write.limited()
                && names(write.keyed(), table).containsAll(table.key());
    }

    /**
     * Whether no column gets a value by itself that differs from node to node.
     *
     * @param assigned for an UPDATE the columns it sets, which it may set to their defaults; null for an INSERT
     */
    private boolean isQuiet(TableDefinition table, @Nullable Set<String> assigned) {
        for (ColumnDefinition column : table.columns()) {
            boolean mayDefault = assigned == null || assigned.contains(column.name());
            if (column.onUpdate() || (mayDefault && hasVolatileDefault(column))) {
                return false;
            }
        }
        return true;
    }

    private boolean hasVolatileDefault(ColumnDefinition column) {
        String defaultSql = column.defaultSql();
        return column.identity() || column.domain() || (defaultSql != null && !store.isDeterministic(defaultSql));
    }

    private static WritePlan lockFirst(WriteShape write, TableDefinition table, WritePlan otherwise) {
        if (!write.rowLocal() || write.limited()) {
            return otherwise;
        }
        List<String> columns = table.hasKey() ? table.key() : table.writableColumns();
        Identifier alias = write.alias();
        String select = "SELECT "
                + String.join(", ", columns.stream().map(ReplaySql::quote).toList())
                + " FROM " + table.name().sql()
                + (alias == null ? "" : " " + written(alias))
                + (write.where().isEmpty() ? "" : " WHERE " + write.where() + "\n")
                + " FOR UPDATE";
        return new WritePlan.LockFirst(table, select, write.parameters(), otherwise);
    }

    private static String written(Identifier identifier) {
        return identifier.quoted() ? ReplaySql.quote(identifier.text()) : identifier.text();
    }

    /** Why a statement is not logged as its text, for people. */
    String whyRows(WriteShape write, TableDefinition table) {
        if (table.kind() == TableDefinition.Kind.VIEW) {
            return table.name() + " is a view, whose triggers change tables";
        } else if (table.triggers()) {
            return "table " + table.name() + " has triggers";
        } else if (!table.hasKey()) {
            return "table " + table.name() + " has no primary key";
        } else if (write.limited()) {
            return "which rows its limit takes is not fixed";
        } else if (!write.rowLocal()) {
            return "it reads more than its own rows, or a value that differs from time to time or node to node";
        }
        Set<String> assigned = assigned(write, table);
        boolean cascades = write.verb() == Verb.DELETE
                ? table.cascadesOnDelete()
                : assigned != null && write.verb() != Verb.INSERT && table.cascadesOnUpdate(changed(table, assigned));
        if (cascades) {
            return "foreign keys of other tables change their rows with it";
        } else if (write.verb() != Verb.DELETE && !isQuiet(table, write.verb() == Verb.UPDATE ? assigned : null)) {
            return "a column of table " + table.name()
                    + " fills itself: an identity, a default or ON UPDATE that differs from time to time or node to node";
        }
        return "its rows are not fixed by a primary key in the statement";
    }

    /** The target and every table that its foreign keys may change, which must all be comparable. */
    private WritePlan compare(TableDefinition target) throws SQLException {
        if (catalog.settings().traces()) {
            return new WritePlan.Traced();
        }
        Map<QualifiedName, TableDefinition> tables = new LinkedHashMap<>();
        tables.put(target.name(), target);
        List<TableDefinition> open = new ArrayList<>(List.of(target));
        while (!open.isEmpty()) {
            for (ForeignKey referrer : open.remove(open.size() - 1).referrers()) {
                if ((referrer.deletes() || referrer.updates()) && !tables.containsKey(referrer.child())) {
                    TableDefinition child = catalog.table(connection, referrer.child());
                    String obstacle = child == null ? "table " + referrer.child() + " is gone" : obstacle(child);
                    if (child == null || obstacle != null) {
                        return new WritePlan.Refused(String.valueOf(obstacle));
                    }
                    tables.put(child.name(), child);
                    open.add(child);
                }
            }
        }
        return new WritePlan.Compare(List.copyOf(tables.values()));
    }

    /** Why rows of the table cannot be replicated at all; null if they can. */
    @Nullable String obstacle(TableDefinition table) {
        if (table.triggers() && !catalog.settings().traces()) {
            return "table " + table.name() + " has triggers, and what they change is not known; drop them";
        }
        for (ColumnDefinition column : table.columns()) {
            String generation = column.generation();
            if (generation != null && (table.key().contains(column.name()) || !store.isDeterministic(generation))) {
                return "column " + column.name() + " of table " + table.name()
                        + " is generated and is part of the primary key or differs from node to node; use a DEFAULT instead";
            }
        }
        return null;
    }

    /** The columns that the statement sets, all visible ones if it lists none; null if one is not found. */
    private @Nullable Set<String> assigned(WriteShape write, TableDefinition table) {
        if (write.assigned().isEmpty() && write.verb() != Verb.UPDATE) {
            Set<String> visible = new LinkedHashSet<>();
            table.columns().stream().filter(ColumnDefinition::visible).forEach(column -> visible.add(column.name()));
            return visible;
        }
        Set<String> names = names(write.assigned(), table);
        return names.size() == Set.copyOf(write.assigned()).size() ? names : null;
    }

    /** The exact names of the table's columns among those written. */
    private Set<String> names(List<Identifier> written, TableDefinition table) {
        Set<String> names = new LinkedHashSet<>();
        for (Identifier identifier : written) {
            for (ColumnDefinition column : table.columns()) {
                if (catalog.sameName(column.name(), identifier)) {
                    names.add(column.name());
                }
            }
        }
        return names;
    }

    /** What an UPDATE of these columns changes, with the columns that follow them. */
    private static Set<String> changed(TableDefinition table, Set<String> assigned) {
        Set<String> changed = new HashSet<>(assigned);
        for (ColumnDefinition column : table.columns()) {
            if (column.onUpdate() || !column.isWritable()) {
                changed.add(column.name());
            }
        }
        return changed;
    }

    private static boolean disjoint(Set<String> one, Iterable<String> other) {
        for (String name : other) {
            if (one.contains(name)) {
                return false;
            }
        }
        return true;
    }
}
