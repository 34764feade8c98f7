package dev.weir.replicator.source;

import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.h2.engine.SessionLocal;
import org.h2.index.Index;
import org.h2.result.SearchRow;
import org.h2.table.Column;
import org.h2.table.Table;
import org.jspecify.annotations.Nullable;

/** The changes of one table by one transaction, as the log takes them: what went, then what came. Confined to one thread. */
final class TableChanges {
    private final SessionLocal session;
    private final Table table;
    private final List<Column> key;
    /** All that can be written, the key's first. */
    private final List<Column> columns;

    private final List<@Nullable Object[]> gone = new ArrayList<>();
    private final List<@Nullable Object[]> come = new ArrayList<>();

    TableChanges(SessionLocal session, Table table) {
        this.session = session;
        this.table = table;
        Index primary = table.findPrimaryKey();
        this.key = primary == null ? List.of() : List.of(primary.getColumns());
        this.columns = new ArrayList<>(key);
        for (Column column : table.getColumns()) {
            if (!column.isGenerated() && !key.contains(column)) {
                columns.add(column);
            }
        }
    }

    /** Adds one row; null where there was, or is, none. */
    void add(@Nullable SearchRow before, @Nullable SearchRow after) throws SQLException {
        if (before != null && after != null && isSame(before, after)) {
            return;
        }
        if (before != null) {
            gone.add(image(before, key.isEmpty() ? columns : key));
        }
        if (after != null) {
            come.add(image(after, columns));
        }
    }

    /** Whether it was only locked, or written as it was. */
    private boolean isSame(SearchRow before, SearchRow after) throws SQLException {
        for (Column column : columns) {
            // H2 takes values for equal that are not the same, such as texts that differ in case only.
            Object was = H2Values.toLogged(before.getValue(column.getColumnId()), session);
            Object is = H2Values.toLogged(after.getValue(column.getColumnId()), session);
            if (!Objects.deepEquals(was, is)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Object[] image(SearchRow row, List<Column> of) throws SQLException {
        @Nullable Object[] image = new @Nullable Object[of.size()];
        for (int i = 0; i < image.length; i++) {
            image[i] = H2Values.toLogged(row.getValue(of.get(i).getColumnId()), session);
        }
        return image;
    }

    List<LoggedStatement> statements() {
        List<LoggedStatement> statements = new ArrayList<>();
        if (!gone.isEmpty()) {
            statements.add(
                    key.isEmpty()
                            ? rows(Change.DELETE_BAG, columns, 0, gone)
                            : rows(Change.DELETE, key, key.size(), gone));
        }
        if (!come.isEmpty()) {
            statements.add(rows(Change.INSERT, columns, 0, come));
        }
        return statements;
    }

    private Rows rows(Change change, List<Column> of, int keys, List<@Nullable Object[]> images) {
        return new Rows(
                table.getSchema().getName(),
                table.getName(),
                change,
                of.stream().map(Column::getName).toList(),
                keys,
                images);
    }
}
