package dev.weir.replicator.replica;

import dev.weir.log.ArrayValue;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.ReplaySql;
import dev.weir.log.RowValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statement texts that apply rows, made once for each table, change and column list. Confined to one thread. */
final class RowStatements {
    private static final int CAPACITY = 1_000;

    private record Shape(String schema, String table, Change change, List<String> columns, int keys) {}

    private final Map<Shape, List<String>> texts = new HashMap<>();

    /** As {@link ReplaySql#texts}. */
    List<String> of(Rows rows, @Nullable Object[] row) {
        for (Object value : row) {
            if (value instanceof RowValue || value instanceof ArrayValue) {
                return ReplaySql.texts(rows, row);
            }
        }
        Shape shape = new Shape(rows.schema(), rows.table(), rows.change(), rows.columns(), rows.keys());
        List<String> known = texts.get(shape);
        if (known == null) {
            if (texts.size() >= CAPACITY) {
                texts.clear();
            }
            known = ReplaySql.texts(rows, row);
            texts.put(shape, known);
        }
        return known;
    }
}
