package dev.weir.replicator.source;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.db.MVTable;
import org.h2.mvstore.tx.TransactionStore.Change;
import org.h2.mvstore.type.LongDataType;
import org.h2.result.SearchRow;
import org.h2.store.fs.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The rows of stored tables as they were before a transaction changed them: in memory, and if they are many, in a temporary file of H2's own, encrypted as the database is. Those of a database in memory, which has
 * them all in memory anyway, stay there. Confined to one thread.
 */
final class OldRows implements AutoCloseable {
    /** H2's table of its own definitions. */
    private static final String DEFINITIONS = "table.0";

    private static final String TABLE = "table.";
    private static final int IN_MEMORY = 20_000;
    private static final byte ABSENT = 1;

    private final Database database;
    private final boolean canSpill;
    private final Map<String, @Nullable MVTable> tables = new LinkedHashMap<>();
    private final Map<String, Map<Long, @Nullable SearchRow>> recent = new LinkedHashMap<>();
    private int count;
    private @Nullable MVStore spilled;
    private @Nullable String file;

    /** Takes one row; null where there was none. */
    @FunctionalInterface
    interface Visitor {
        void visit(long key, @Nullable SearchRow before) throws SQLException;
    }

    private OldRows(SessionLocal session) {
        this.database = session.getDatabase();
        this.canSpill = database.getStore().getMvStore().getFileStore() != null;
    }

    /** @throws SQLException 0A000 if a definition is among the changes */
    static OldRows of(SessionLocal session, Iterator<Change> newestFirst, Tables known) throws SQLException {
        OldRows rows = new OldRows(session);
        try {
            while (newestFirst.hasNext()) {
                rows.add(newestFirst.next(), known);
            }
            return rows;
        } catch (SQLException | RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    /** Finds the table whose rows a map holds. */
    @FunctionalInterface
    interface Tables {
        /** Null if its rows do not count. */
        @Nullable MVTable table(String map);
    }

    private void add(Change change, Tables known) throws SQLException {
        if (change.mapName.equals(DEFINITIONS)) {
            throw new java.sql.SQLFeatureNotSupportedException(
                    "The statement changes a definition, too, such as that of a sequence; execute that by itself",
                    "0A000");
        }
        if (change.mapName.startsWith(TABLE) && change.key instanceof Long key) {
            if (!tables.containsKey(change.mapName)) {
                tables.put(change.mapName, known.table(change.mapName));
            }
            if (tables.get(change.mapName) != null) {
                // The oldest comes last, and is what counts.
                recent.computeIfAbsent(change.mapName, map -> new LinkedHashMap<>())
                        .put(key, (SearchRow) change.value);
                if (++count >= IN_MEMORY && canSpill) {
                    spill();
                }
            }
        }
    }

    /** The tables that have changed rows, by the names of their maps. */
    Map<String, MVTable> tables() {
        Map<String, MVTable> changed = new LinkedHashMap<>();
        tables.forEach((map, table) -> {
            if (table != null) {
                changed.put(map, table);
            }
        });
        return changed;
    }

    /** Visits each changed row of a table once. */
    void forEach(String map, Visitor visitor) throws SQLException {
        MVStore store = spilled;
        if (store == null) {
            for (Map.Entry<Long, @Nullable SearchRow> row :
                    recent.getOrDefault(map, Map.of()).entrySet()) {
                visitor.visit(row.getKey(), row.getValue());
            }
            return;
        }
        spill();
        for (Iterator<Long> keys = absent(store, map).keyIterator(null); keys.hasNext(); ) {
            visitor.visit(keys.next(), null);
        }
        var present = present(store, map).cursor(null);
        while (present.hasNext()) {
            present.next();
            visitor.visit(present.getKey(), present.getValue());
        }
    }

    private void spill() throws SQLException {
        MVStore store = spilled == null ? create() : spilled;
        for (Map.Entry<String, Map<Long, @Nullable SearchRow>> table : recent.entrySet()) {
            MVMap<Long, SearchRow> present = present(store, table.getKey());
            MVMap<Long, Byte> absent = absent(store, table.getKey());
            for (Map.Entry<Long, @Nullable SearchRow> row : table.getValue().entrySet()) {
                SearchRow before = row.getValue();
                if (before == null) {
                    absent.put(row.getKey(), ABSENT);
                    present.remove(row.getKey());
                } else {
                    present.put(row.getKey(), before);
                    absent.remove(row.getKey());
                }
            }
        }
        recent.clear();
        count = 0;
    }

    private MVStore create() throws SQLException {
        try {
            String name = FileUtils.createTempFile("h2tmp", ".temp.db", true);
            FileStore<?> opened =
                    database.getStore().getMvStore().getFileStore().open(name, false);
            MVStore store = new MVStore.Builder()
                    .adoptFileStore(opened)
                    .cacheSize(4)
                    .autoCommitDisabled()
                    .open();
            file = name;
            spilled = store;
            return store;
        } catch (IOException e) {
            throw new SQLNonTransientException(
                    "The changed rows are too many for memory, and no temporary file can be made: " + e.getMessage(),
                    "58030",
                    e);
        }
    }

    private MVMap<Long, SearchRow> present(MVStore store, String map) {
        MVTable table = tables.get(map);
        if (table == null) {
            throw new IllegalArgumentException("No rows of " + map + " have been taken");
        }
        return store.openMap(
                map,
                new MVMap.Builder<Long, SearchRow>()
                        .keyType(LongDataType.INSTANCE)
                        .valueType(table.getRowFactory().getRowDataType()));
    }

    private static MVMap<Long, Byte> absent(MVStore store, String map) {
        return store.openMap("absent." + map, new MVMap.Builder<Long, Byte>().keyType(LongDataType.INSTANCE));
    }

    @Override
    public void close() {
        recent.clear();
        MVStore store = spilled;
        String name = file;
        if (store != null && name != null) {
            store.closeImmediately();
            FileUtils.tryDelete(name);
        }
    }
}
