package dev.weir.capture;

import dev.weir.log.BodyWriter;
import dev.weir.log.BodyWriter.Mark;
import dev.weir.log.LogBody;
import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.sql.Tables;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the open transaction of one connection has changed so far, and the definitions it relied on. Confined to one connection.
 */
final class CapturedTransaction {
    private final PrimaryStore store;
    private final BodyWriter body = new BodyWriter();
    private final Map<Object, Mark> savepoints = new LinkedHashMap<>();
    private final Set<String> touched = new HashSet<>();
    private final Map<QualifiedName, TableDefinition> used = new LinkedHashMap<>();
    private @Nullable Catalog catalog;
    private boolean doomed;

    CapturedTransaction(PrimaryStore store) {
        this.store = store;
    }

    /** The schema that this transaction's statements are planned with; read if it is the first of this JVM. */
    Catalog catalog(Connection connection) throws SQLException {
        Catalog current = store.catalog(connection);
        if (catalog != current) {
            rebase(connection, current);
        }
        return current;
    }

    /** Notes that a statement of this transaction was planned with a definition of the current catalog. */
    void use(TableDefinition table) {
        used.put(table.name(), table);
        touched.add(table.name().name());
    }

    /**
     * Moves on to a newer schema. Since a table that the transaction has written cannot be altered until it ends, an equal definition means that it was in force at the write.
     *
     * @throws SQLException 40001 if a table was altered between being read and being written; the transaction must be rolled back
     */
    void rebase(Connection connection, Catalog newer) throws SQLException {
        for (TableDefinition table : used.values()) {
            if (!isUnchanged(table, newer.table(connection, table.name()))) {
                doomed = true;
                throw ReplacedTable.altered(table.name());
            }
        }
        catalog = newer;
    }

    private static boolean isUnchanged(TableDefinition before, @Nullable TableDefinition now) {
        return before.kind() == TableDefinition.Kind.LOCAL
                ? now == null || now.kind() == TableDefinition.Kind.LOCAL
                : before.equals(now);
    }

    /** The LSN of the schema that everything logged relies on. */
    long schemaLsn() {
        return catalog == null ? 0 : catalog.schemaLsn();
    }

    /**
     * Appends a change that has been made.
     *
     * @throws SQLException if it cannot be written down; the transaction must then be rolled back
     */
    void append(LoggedStatement statement) throws SQLException {
        if (statement instanceof LoggedStatement.Rows rows) {
            touched.add(rows.table());
        }
        try {
            body.append(statement);
        } catch (UncheckedIOException e) {
            doomed = true;
            Throwable cause = e.getCause();
            throw cause != null && cause.getCause() instanceof SQLException reading
                    ? reading
                    : new SQLNonTransientException(e.getMessage() + "; roll the transaction back", "58030", e);
        }
    }

    /** Appends some of what a statement has left whose plan does not reinsert. */
    void appendImages(WritePlan.Images plan, List<@Nullable Object[]> images) throws SQLException {
        if (plan.change() == Change.INSERT) {
            append(RowImages.inserted(plan.table(), images));
        } else if (plan.change() == Change.UPSERT
                || plan.logged().size() > plan.table().key().size()) {
            append(RowImages.changed(plan.table(), plan.change(), plan.logged(), images));
        }
    }

    boolean isEmpty() {
        return body.isEmpty();
    }

    /** Whether it has executed a write, which may have changed nothing or tables that replicas do not have. */
    boolean hasWritten() {
        return !used.isEmpty();
    }

    /** At least the tables in which it has changed anything. */
    Tables touched() {
        return Tables.named(touched);
    }

    /** The encoding as it is now. */
    LogBody body() {
        return body.body();
    }

    Mark mark() {
        return body.mark();
    }

    void truncate(Mark mark) {
        body.truncate(mark);
    }

    /** Whether the database may hold part of a statement that failed, so that only a rollback is allowed. */
    boolean isDoomed() {
        return doomed;
    }

    void doom() {
        doomed = true;
    }

    /** What doomed it has been undone. */
    void pardon() {
        doomed = false;
    }

    /** Remembers where the body stands at a savepoint; a later one of the same name replaces it. */
    void setSavepoint(Object savepoint) {
        savepoints.remove(savepoint);
        savepoints.put(savepoint, body.mark());
    }

    boolean hasSavepoint(Object savepoint) {
        return savepoints.containsKey(savepoint);
    }

    void releaseSavepoint(Object savepoint) {
        savepoints.remove(savepoint);
    }

    /** Forgets what was logged after the savepoint, and the savepoints set after it. */
    void rollbackTo(Object savepoint) {
        Mark mark = savepoints.get(savepoint);
        if (mark == null) {
            throw new IllegalArgumentException("Unknown savepoint " + savepoint);
        }
        body.truncate(mark);
        boolean later = false;
        for (var entries = savepoints.keySet().iterator(); entries.hasNext(); ) {
            Object other = entries.next();
            if (later) {
                entries.remove();
            }
            later |= other.equals(savepoint);
        }
    }

    /** The transaction has ended, either way. */
    void clear() {
        body.clear();
        savepoints.clear();
        used.clear();
        touched.clear();
        catalog = null;
        doomed = false;
    }
}
