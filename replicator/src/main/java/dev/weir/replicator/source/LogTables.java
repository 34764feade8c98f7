package dev.weir.replicator.source;

import dev.weir.log.Digest;
import dev.weir.log.DirectCommits.Entry;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.index.Index;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.db.MVPrimaryIndex;
import org.h2.mvstore.db.MVTable;
import org.h2.result.Row;
import org.h2.result.SearchRow;
import org.h2.schema.Schema;
import org.h2.schema.TriggerObject;
import org.h2.table.Column;
import org.h2.table.Table;
import org.h2.util.DateTimeUtils;
import org.h2.value.Value;
import org.h2.value.ValueBigint;
import org.h2.value.ValueNull;
import org.h2.value.ValueTimestampTimeZone;
import org.h2.value.ValueUuid;
import org.h2.value.ValueVarbinary;
import org.h2.value.ValueVarchar;
import org.h2.value.VersionedValue;
import org.jspecify.annotations.Nullable;

/** The head and the log of an open H2 store as H2 itself holds them, and the rows that go into them. Immutable. */
final class LogTables {
    /** The key of the head's only row, which is also the number of that row. */
    static final long HEAD_KEY = 1;

    private static final List<String> HEAD =
            List.of("ID", "LSN", "EPOCH", "INCARNATION", "ORIGIN", "GATE", "SCHEMA_LSN", "DIGEST");
    private static final int LSN = 1;
    private static final int EPOCH = 2;
    private static final int INCARNATION = 3;
    private static final int ORIGIN = 4;
    private static final int GATE = 5;
    private static final int SCHEMA_LSN = 6;
    private static final int DIGEST = 7;
    private static final List<String> LOG = List.of(
            "LSN",
            "EPOCH",
            "INCARNATION",
            "ORIGIN",
            "COMMITTED_AT",
            "KIND",
            "STATE",
            "DIGEST",
            "BODY",
            "BODY_ID",
            "FINGERPRINT");
    private static final Value DATA = ValueVarchar.get("DATA");
    private static final Value DONE = ValueVarchar.get("DONE");
    private static final long NANOS_PER_MICRO = 1_000;

    /** What H2 takes for a table whose queries have no results to be kept. */
    private static final long ALWAYS_MODIFIED = Long.MAX_VALUE;

    private final MVTable head;
    private final MVTable log;
    private final long schemaVersion;

    private LogTables(MVTable head, MVTable log, long schemaVersion) {
        this.head = head;
        this.log = log;
        this.schemaVersion = schemaVersion;
    }

    /**
     * The tables as they are now; null if they are not as this class knows them. From then on H2 keeps no results of queries on them: between a commit and the moment at which H2 takes kept results for outdated,
     * such a result would tell of an older head beside rows that are newer.
     */
    static @Nullable LogTables of(Database database) {
        long version = database.getModificationMetaId();
        MVTable head = table(database, "HEAD", HEAD);
        MVTable log = table(database, "LOG", LOG);
        if (head == null || log == null) {
            return null;
        }
        head.setModificationDataId(ALWAYS_MODIFIED);
        log.setModificationDataId(ALWAYS_MODIFIED);
        return new LogTables(head, log, version);
    }

    private static @Nullable MVTable table(Database database, String name, List<String> columns) {
        for (Schema schema : database.getAllSchemasNoMeta()) {
            if (!schema.getName().equalsIgnoreCase("WEIR")) {
                continue;
            }
            for (Table table : schema.getAllTablesAndViews(null)) {
                if (table.getName().equalsIgnoreCase(name)
                        && table instanceof MVTable stored
                        && hasColumns(stored, columns)) {
                    return stored;
                }
            }
        }
        return null;
    }

    /** Whether these are its columns, the first of them the number of its rows, and nothing else happens when it is written. */
    private static boolean hasColumns(MVTable table, List<String> expected) {
        List<String> columns = new ArrayList<>();
        for (Column column : table.getColumns()) {
            columns.add(column.getName().toUpperCase(Locale.ROOT));
        }
        List<TriggerObject> triggers = table.getTriggers(); // null if there never was one
        return columns.equals(expected) && table.getMainIndexColumn() == 0 && (triggers == null || triggers.isEmpty());
    }

    /** Whether the tables may be others by now. */
    boolean isOutdated(Database database) {
        return database.getModificationMetaId() != schemaVersion;
    }

    MVTable head() {
        return head;
    }

    MVTable log() {
        return log;
    }

    MVMap<Long, VersionedValue<SearchRow>> headMap(SessionLocal session) {
        return ((MVPrimaryIndex) head.getScanIndex(session)).getMVMap();
    }

    static long lsn(SearchRow head) {
        return head.getValue(LSN).getLong();
    }

    static boolean isGateClosed(SearchRow head) {
        return head.getValue(GATE).getInt() != 0;
    }

    /** Whether the head is one behind which the entry may stand. */
    static boolean admits(SearchRow head, Entry entry) {
        return head.getValue(EPOCH).getLong() == entry.epoch()
                && head.getValue(SCHEMA_LSN).getLong() == entry.schemaLsn();
    }

    /** The head behind which an entry has been put. */
    Row advanced(SearchRow before, Entry entry) {
        Value[] values = new Value[HEAD.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = before.getValue(i);
        }
        values[LSN] = ValueBigint.get(values[LSN].getLong() + 1);
        values[DIGEST] = ValueBigint.get(Digest.next(values[DIGEST].getLong(), entry.hash()));
        Row row = head.createRow(values, SearchRow.MEMORY_CALCULATE);
        row.setKey(HEAD_KEY);
        return row;
    }

    /** The log's row for an entry at the head's place. */
    Row row(SearchRow at, Entry entry, byte[] first) {
        Value[] values = new Value[LOG.size()];
        Arrays.fill(values, ValueNull.INSTANCE);
        int column = 0;
        values[column++] = at.getValue(LSN);
        values[column++] = at.getValue(EPOCH);
        values[column++] = at.getValue(INCARNATION);
        values[column++] = at.getValue(ORIGIN);
        values[column++] = timestamp(entry.committedAt().atOffset(ZoneOffset.UTC));
        values[column++] = DATA;
        values[column++] = DONE;
        values[column++] = at.getValue(DIGEST);
        values[column++] = ValueVarbinary.getNoCopy(first);
        if (entry.bodyId() != null) {
            values[column] = ValueUuid.get(entry.bodyId());
        }
        return log.createRow(values, SearchRow.MEMORY_CALCULATE);
    }

    /** Inserts a row into the log. */
    void add(SessionLocal session, Row row) {
        for (Index index : log.getIndexes()) {
            index.add(session, row);
        }
    }

    /** With microseconds, as the column has them. */
    private static Value timestamp(OffsetDateTime at) {
        long ofDay = at.toLocalTime().toNanoOfDay() / NANOS_PER_MICRO * NANOS_PER_MICRO;
        return ValueTimestampTimeZone.fromDateValueAndNanos(
                DateTimeUtils.dateValueFromAbsoluteDay(at.toLocalDate().toEpochDay()), ofDay, 0);
    }
}
