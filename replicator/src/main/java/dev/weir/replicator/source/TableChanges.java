package dev.weir.replicator.source;

import dev.weir.log.BodyWriter;
import dev.weir.log.LargeValue;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.Values;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.h2.engine.SessionLocal;
import org.h2.index.Index;
import org.h2.mvstore.db.MVTable;
import org.h2.mvstore.tx.Transaction;
import org.h2.mvstore.tx.TransactionMap;
import org.h2.result.SearchRow;
import org.h2.table.Column;
import org.jspecify.annotations.Nullable;

/** The changes of one table by one transaction, as the log takes them: what went, what has other values, what came. Confined to one thread. */
final class TableChanges {
    private static final int ROWS_AT_ONCE = 1000;
    private static final long BYTES_AT_ONCE = 256 * 1024;

    private final SessionLocal session;
    private final MVTable table;
    private final TransactionMap<Long, SearchRow> rows;
    private final String map;
    private final OldRows before;
    private final List<Column> key;
    /** All that can be written, the key's first. */
    private final List<Column> columns;

    TableChanges(SessionLocal session, MVTable table, Transaction transaction, String map, OldRows before) {
        this.session = session;
        this.table = table;
        this.rows = transaction.openMap(map);
        this.map = map;
        this.before = before;
        Index primary = table.findPrimaryKey();
        this.key = primary == null ? List.of() : List.of(primary.getColumns());
        this.columns = new ArrayList<>(key);
        for (Column column : table.getColumns()) {
            if (!column.isGenerated() && !key.contains(column)) {
                columns.add(column);
            }
        }
    }

    void appendTo(BodyWriter body) throws SQLException {
        List<Column> updated = updated();
        boolean updates = updated != null;
        Step gone = new Step(
                body, key.isEmpty() ? Change.DELETE_BAG : Change.DELETE, key.isEmpty() ? columns : key, key.size());
        before.forEach(map, (row, was) -> {
            SearchRow is = was == null ? null : rows.getImmediate(row);
            if (was != null && (is == null || (!updates && !isSame(was, is)))) {
                gone.add(was);
            }
        });
        gone.end();
        if (updated != null && updated.size() > key.size()) {
            Step changed = new Step(body, Change.UPDATE, updated, key.size());
            before.forEach(map, (row, was) -> {
                SearchRow is = was == null ? null : rows.getImmediate(row);
                if (was != null && is != null && !isSame(was, is)) {
                    changed.add(is);
                }
            });
            changed.end();
        }
        Step come = new Step(body, Change.INSERT, columns, 0);
        before.forEach(map, (row, was) -> {
            SearchRow is = rows.getImmediate(row);
            if (is != null && (was == null || (!updates && !isSame(was, is)))) {
                come.add(is);
            }
        });
        come.end();
    }

    /**
     * The columns to log of rows that are there before and after, the key's first; null if such rows must go and come again, because they have no key or may have exchanged values that
     * are unique.
     */
    private @Nullable List<Column> updated() throws SQLException {
        if (key.isEmpty()) {
            return null;
        }
        Set<Column> changed = new HashSet<>();
        before.forEach(map, (row, was) -> {
            SearchRow is = was == null ? null : rows.getImmediate(row);
            if (was != null && is != null) {
                for (Column column : columns) {
                    if (!changed.contains(column) && !isSame(was, is, column)) {
                        changed.add(column);
                    }
                }
            }
        });
        if (!changed.isEmpty()) {
            for (Column column : unique()) {
                if (changed.contains(column) || column.isGenerated()) {
                    return null;
                }
            }
        }
        List<Column> updated = new ArrayList<>(key);
        for (Column column : columns) {
            if (!key.contains(column)
                    && (changed.contains(column) || (!changed.isEmpty() && column.getOnUpdateExpression() != null))) {
                updated.add(column);
            }
        }
        return updated;
    }

    /** The columns of the primary key and of every unique index. */
    private Set<Column> unique() {
        Set<Column> unique = new HashSet<>(key);
        for (Index index : table.getIndexes()) {
            if (index.getIndexType().isUnique()) {
                unique.addAll(List.of(index.getColumns()));
            }
        }
        return unique;
    }

    /** Whether it was only locked, or written as it was. */
    private boolean isSame(SearchRow was, SearchRow is) throws SQLException {
        for (Column column : columns) {
            if (!isSame(was, is, column)) {
                return false;
            }
        }
        return true;
    }

    /** Exactly, since H2 takes values for equal that are not the same, such as texts that differ in case only. */
    private boolean isSame(SearchRow was, SearchRow is, Column column) throws SQLException {
        Object old = H2Values.toLogged(was.getValue(column.getColumnId()), session);
        Object now = H2Values.toLogged(is.getValue(column.getColumnId()), session);
        if (old instanceof LargeValue one && now instanceof LargeValue other) {
            try {
                return LargeValue.isSame(one, other);
            } catch (IOException e) {
                throw new SQLNonTransientException("A large value cannot be read: " + e.getMessage(), "58030", e);
            }
        }
        return Objects.deepEquals(old, now);
    }

    /** Rows with one kind of change, appended some at a time. */
    private final class Step {
        private final BodyWriter body;
        private final Change change;
        private final List<Column> of;
        private final int keys;
        private final List<String> names;
        private List<@Nullable Object[]> images = new ArrayList<>();
        private long bytes;

        Step(BodyWriter body, Change change, List<Column> of, int keys) {
            this.body = body;
            this.change = change;
            this.of = of;
            this.keys = keys;
            this.names = of.stream().map(Column::getName).toList();
        }

        void add(SearchRow row) throws SQLException {
            @Nullable Object[] image = new @Nullable Object[of.size()];
            for (int i = 0; i < image.length; i++) {
                image[i] = H2Values.toLogged(row.getValue(of.get(i).getColumnId()), session);
            }
            images.add(image);
            bytes += Values.estimate(image);
            if (images.size() == ROWS_AT_ONCE || bytes > BYTES_AT_ONCE) {
                end();
            }
        }

        void end() {
            if (!images.isEmpty()) {
                body.append(new Rows(table.getSchema().getName(), table.getName(), change, names, keys, images));
                images = new ArrayList<>();
                bytes = 0;
            }
        }
    }
}
