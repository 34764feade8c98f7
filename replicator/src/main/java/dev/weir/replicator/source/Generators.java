package dev.weir.replicator.source;

import dev.weir.log.BodyWriter;
import dev.weir.log.LoggedStatement.Generator;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.schema.Schema;
import org.h2.schema.Sequence;
import org.h2.schema.Sequence.Cycle;
import org.h2.table.Column;
import org.h2.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * Tells replicas how far the sequences and identity columns of a primary may get, well before they do, so that whoever opens a replica for writing gives out no value a second
 * time: neither one that is stored in a row nor one that an application has only drawn. Confined to one thread.
 */
final class Generators implements AutoCloseable {
    /** How many values a replica knows of in advance. Half of them must last from one call to the next. */
    static final long RESERVE = 1_000;

    private final Connection connection;
    private final Database database;
    /** What each may get to, by the log. */
    private final Map<Sequence, Long> logged = new WeakHashMap<>();

    private long schemaLsn = -1;

    /** @param connection its own, to be closed with it, to a database of this JVM */
    Generators(Connection connection) throws SQLException {
        this.connection = connection;
        if (!(connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)) {
            throw new SQLException("A primary's store must be opened in this JVM", "08001");
        }
        this.database = session.getDatabase();
        connection.setAutoCommit(false);
    }

    /** Logs how far each may get that is about to get further than the log says. Does nothing while a schema change runs. */
    void carry() throws SQLException {
        if (sequences().isEmpty()) {
            return;
        }
        try {
            forgetAfterSchemaChange();
            if (sequences().stream().anyMatch(this::isDue) && lockSchema()) {
                log();
            }
        } finally {
            connection.rollback();
        }
    }

    /** A change of the schema may have set a sequence back. */
    private void forgetAfterSchemaChange() throws SQLException {
        long newest = Sessions.queryLong(connection, "SELECT SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1");
        if (newest != schemaLsn) {
            logged.clear();
            schemaLsn = newest;
        }
    }

    /** Keeps schema changes out until the transaction ends, unless one is running. */
    private boolean lockSchema() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet lock =
                        statement.executeQuery("SELECT ID FROM WEIR.DDL_LOCK WHERE ID = 1 FOR UPDATE SKIP LOCKED")) {
            return lock.next();
        }
    }

    private void log() throws SQLException {
        Map<Sequence, Long> next = new WeakHashMap<>();
        BodyWriter body = new BodyWriter();
        for (Sequence sequence : sequences()) {
            Generator generator = isDue(sequence) ? generator(sequence) : null;
            if (generator != null) {
                body.append(generator);
                next.put(sequence, generator.next());
            }
        }
        if (!body.isEmpty()) {
            WeirSchema.append(connection, body.toByteArray());
            connection.commit();
            logged.putAll(next);
        }
    }

    private List<Sequence> sequences() {
        List<Sequence> sequences = new ArrayList<>();
        for (Schema schema : database.getAllSchemasNoMeta()) {
            if (!schema.getName().toUpperCase(Locale.ROOT).equals(WeirSchema.SCHEMA)) {
                schema.getAllSequences().stream()
                        .filter(sequence -> !sequence.isTemporary())
                        .forEach(sequences::add);
            }
        }
        return sequences;
    }

    private boolean isDue(Sequence sequence) {
        long base = sequence.getBaseValue();
        Long known = logged.get(sequence);
        if (known == null) {
            return base != sequence.getStartValue();
        }
        long left = (known - base) / sequence.getIncrement();
        return base != known && left < RESERVE / 2;
    }

    /** What to log of a sequence; null if it belongs to a temporary table. */
    private @Nullable Generator generator(Sequence sequence) {
        long next = ahead(sequence);
        String schema = sequence.getSchema().getName();
        if (!sequence.getBelongsToTable()) {
            return new Generator(schema, sequence.getName(), null, next);
        }
        for (Table table : sequence.getSchema().getAllTablesAndViews(null)) {
            for (Column column : table.getColumns()) {
                if (sequence.equals(column.getSequence())) {
                    return table.isTemporary() ? null : new Generator(schema, table.getName(), column.getName(), next);
                }
            }
        }
        return null;
    }

    /** Where the next value after all that may be drawn soon is; exact near the end of the range, and where values come again anyway. */
    private static long ahead(Sequence sequence) {
        long base = Math.max(sequence.getMinValue(), Math.min(sequence.getMaxValue(), sequence.getBaseValue()));
        long increment = sequence.getIncrement();
        long room = increment > 0
                ? (sequence.getMaxValue() - base) / increment
                : (sequence.getMinValue() - base) / increment;
        boolean fits = room > RESERVE || room < 0; // a range wider than a long overflows
        return sequence.getCycle() != Cycle.CYCLE && fits ? base + RESERVE * increment : base;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
