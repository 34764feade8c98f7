package dev.weir.cluster;

import dev.weir.sql.Syntax;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** H2: role and position stand in the tables of schema WEIR. Vendor codes are those of H2's {@code org.h2.api.ErrorCode}. */
final class H2Dialect extends Dialect {
    /** The time makes H2 compute it anew each time. A result that it had kept would, in the moment after a commit, tell of a position older than rows that are visible already. */
    private static final String PROBE =
            "SELECT N.CLUSTER, N.ROLE, H.EPOCH, H.LSN, C.EPOCH, C.LSN, H.SCHEMA_LSN, CURRENT_TIMESTAMP"
                    + " FROM WEIR.NODE N LEFT JOIN WEIR.HEAD H ON H.ID = 1 LEFT JOIN WEIR.CHECKPOINT C ON C.ID = 1"
                    + " WHERE N.ID = 1";

    /** A trigger on SELECT runs code whenever its table is read; a linked table is read from another database; a temporary one is on the primary only. */
    private static final String DEFINITIONS = """
            SELECT 'relation', TABLE_SCHEMA, TABLE_NAME, 'sql', VIEW_DEFINITION FROM INFORMATION_SCHEMA.VIEWS
              WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA'
            UNION ALL SELECT 'relation', SYNONYM_SCHEMA, SYNONYM_NAME, 'sql',
                'TABLE "' || REPLACE(SYNONYM_FOR, '"', '""') || '"' FROM INFORMATION_SCHEMA.SYNONYMS
            UNION ALL SELECT 'relation', EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, 'java', NULL
              FROM INFORMATION_SCHEMA.TRIGGERS WHERE EVENT_MANIPULATION LIKE '%SELECT%'
            UNION ALL SELECT 'relation', TABLE_SCHEMA, TABLE_NAME, 'sql', NULL FROM INFORMATION_SCHEMA.TABLES
              WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA'
                AND (STORAGE_TYPE = 'TABLE LINK' OR TABLE_CLASS = 'org.h2.table.TableLink' OR TABLE_TYPE = 'GLOBAL TEMPORARY')
            UNION ALL SELECT 'relation', D.DOMAIN_SCHEMA, D.DOMAIN_NAME, 'sql', 'SELECT ' || C.CHECK_CLAUSE
              FROM INFORMATION_SCHEMA.DOMAIN_CONSTRAINTS D JOIN INFORMATION_SCHEMA.CHECK_CONSTRAINTS C
              ON C.CONSTRAINT_SCHEMA = D.CONSTRAINT_SCHEMA AND C.CONSTRAINT_NAME = D.CONSTRAINT_NAME
            UNION ALL SELECT 'function', ROUTINE_SCHEMA, ROUTINE_NAME, 'java', NULL FROM INFORMATION_SCHEMA.ROUTINES
              WHERE ROUTINE_SCHEMA <> 'INFORMATION_SCHEMA'
            UNION ALL SELECT 'parent', '', C.TABLE_NAME, '', P.TABLE_NAME
              FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS R
              JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS C
              ON C.CONSTRAINT_SCHEMA = R.CONSTRAINT_SCHEMA AND C.CONSTRAINT_NAME = R.CONSTRAINT_NAME
              JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS P
              ON P.CONSTRAINT_SCHEMA = R.UNIQUE_CONSTRAINT_SCHEMA AND P.CONSTRAINT_NAME = R.UNIQUE_CONSTRAINT_NAME
            UNION ALL SELECT 'mode', '', SETTING_VALUE, '', '' FROM INFORMATION_SCHEMA.SETTINGS
              WHERE SETTING_NAME = 'MODE'""";

    @Override
    String definitionsSql() {
        return DEFINITIONS;
    }

    @Override
    String probeSql() {
        return PROBE;
    }

    @Override
    Reading read(ResultSet row) throws SQLException {
        if (!row.next()) {
            throw new SQLException("Schema WEIR names no node", "42S02", 42102);
        }
        String cluster = row.getString(1);
        boolean primary = row.getString(2).equals("primary");
        NodeRole role = primary ? NodeRole.PRIMARY : NodeRole.REPLICA;
        long epoch = row.getLong(primary ? 3 : 5);
        long lsn = row.getLong(primary ? 4 : 6);
        if (row.wasNull()) {
            return new Reading(role, cluster, 0, -1, -1, primary ? "has no log head" : "has not been seeded yet");
        }
        return new Reading(role, cluster, epoch, lsn, primary ? row.getLong(7) : -1, null);
    }

    @Override
    List<Origin> origins(Connection primary, Reading reading) throws SQLException {
        List<Origin> origins = new ArrayList<>();
        try (Statement statement = primary.createStatement();
                ResultSet rows = statement.executeQuery("SELECT INCARNATION, EPOCH, AFTER_LSN FROM WEIR.INCARNATION")) {
            while (rows.next()) {
                origins.add(new Origin(rows.getString(1), rows.getLong(2), rows.getLong(3)));
            }
        }
        return origins;
    }

    @Override
    Syntax syntax() {
        return Syntax.H2;
    }

    @Override
    Failure failure(SQLException error) {
        return switch (error.getErrorCode()) {
            // 90028 and 90031 are errors of input and output, as a server reports them when it is cut off amid a
            // request.
            case 90067, 90098, 90121, 90028, 90031 -> Failure.CONNECTION_LOST;
            case 90020, 90117, 90135 -> Failure.NOT_READY;
            case 90040, 90096, 90097 -> Failure.READ_ONLY;
            // 50000 is an error in H2 itself, as of a table that is replaced when a read of it has just begun.
            case 42102, 42103, 42104, 42112, 42122, 22030, 50000, 50004, 90022, 90079, 90109, 90120 -> Failure.UNSERVED;
            case 28000 -> Failure.DENIED;
            default -> isConnectionState(error.getSQLState()) ? Failure.CONNECTION_LOST : Failure.STATEMENT;
        };
    }

    private static boolean isConnectionState(@Nullable String state) {
        return state != null && state.startsWith("08");
    }

    /** Schema WEIR, its tables or columns are missing, or the user may not read them. */
    @Override
    boolean isForeign(SQLException error) {
        return switch (error.getErrorCode()) {
            case 42102, 42103, 42104, 42122, 90079, 90096 -> true;
            default -> false;
        };
    }

    /** A node is never created by connecting to it. */
    @Override
    void complete(String url, Properties properties, @Nullable Duration bound) {
        String upper = url.toUpperCase(Locale.ROOT);
        if (!upper.contains(";IFEXISTS=")) {
            properties.putIfAbsent("IFEXISTS", "TRUE");
        }
        if (bound != null && url.contains("//") && !upper.contains(";NETWORK_TIMEOUT=")) {
            properties.putIfAbsent("NETWORK_TIMEOUT", Long.toString(Math.max(1, bound.toMillis())));
        }
    }

    /**
     * While a session is alone in a store, which a schema change may be for long, all others wait for it; only a connection that is opened
     * anew is told so at once. So a probe must give up and connect again before the node passes for silent.
     */
    @Override
    Duration probeBound(Duration byInterval, Duration nodeTimeout) {
        Duration half = nodeTimeout.dividedBy(2);
        return half.compareTo(byInterval) < 0 ? half : byInterval;
    }

    @Override
    void cut(Connection physical) throws SQLException {
        H2Socket.close(physical);
    }

    @Override
    String driverArtifact() {
        return "com.h2database:h2";
    }
}
