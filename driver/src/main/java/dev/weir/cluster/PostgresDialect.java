package dev.weir.cluster;

import dev.weir.sql.Syntax;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL: roles by {@code pg_is_in_recovery()}, positions by its WAL functions (manual 9.28), error codes by its appendix A.
 *
 * <p>The timeline of a standby is the newest that it is known to follow: what its WAL receiver says, which only a member of
 * {@code pg_read_all_stats} sees, else what its control file says, which is written at restart points. After a promotion an
 * unprivileged user may therefore see the old timeline for some time, during which the standby serves no reads.
 */
final class PostgresDialect extends Dialect {
    /** How long a cancel request, which a query timeout sends too, may wait for a frozen server; pgjdbc's own ten seconds would come on top of the timeout. */
    private static final String CANCEL_SECONDS = "2";

    private static final String PROBE = """
            SELECT r.recovering,
              CASE WHEN r.recovering THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn,
              CASE WHEN r.recovering
                THEN greatest(c.timeline_id, e.min_recovery_end_timeline,
                  (SELECT w.received_tli FROM pg_stat_wal_receiver w))::bigint
                ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint END,
              s.system_identifier,
              current_setting('wal_block_size')::bigint,
              pg_size_bytes(current_setting('wal_segment_size')),
              CASE WHEN r.recovering THEN pg_last_wal_receive_lsn() ELSE e.min_recovery_end_lsn END - '0/0'::pg_lsn,
              e.min_recovery_end_timeline
            FROM (SELECT pg_is_in_recovery() AS recovering OFFSET 0) r,
              pg_control_system() s, pg_control_checkpoint() c, pg_control_recovery() e""";

    /** The file that tells at which position each former timeline was left; only for those who may read files of the server. */
    private static final String HISTORY_FILE = "pg_read_file(text)";

    private static final String HISTORY_LINE = "^\\s*(\\d+)\\s+([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})\\b";

    /**
     * More than the record takes that ends recovery, with a page's header: a new primary's control file tells where it ends until the
     * first checkpoint, and it begins where the former timeline was left.
     */
    private static final int END_OF_RECOVERY = 128;

    private static final int SHORT_PAGE_HEADER = 24;
    private static final int LONG_PAGE_HEADER = 40;

    @Override
    String probeSql() {
        return PROBE;
    }

    @Override
    String definitionsSql() {
        return PostgresCatalog.DEFINITIONS;
    }

    @Override
    String schemaVersionSql() {
        return PostgresCatalog.VERSION;
    }

    @Override
    Reading read(ResultSet row) throws SQLException {
        row.next();
        NodeRole role = row.getBoolean(1) ? NodeRole.REPLICA : NodeRole.PRIMARY;
        String cluster = row.getString(4);
        long epoch = row.getLong(3);
        long lsn = row.getLong(2);
        if (row.wasNull()) {
            return new Reading(role, cluster, epoch, -1, -1, "has replayed no WAL yet");
        }
        long position = endOfRecord(lsn, row.getLong(5), row.getLong(6));
        long told = row.getLong(7);
        boolean known = !row.wasNull() && told > 0;
        if (role == NodeRole.REPLICA) {
            return new Reading(role, cluster, epoch, position, -1, Math.max(position, known ? told : -1), null, null);
        }
        long left = known && row.getLong(8) == epoch ? told - END_OF_RECOVERY : -1;
        return new Reading(role, cluster, epoch, position, -1, left, null, null);
    }

    @Override
    List<Origin> origins(Connection primary, Reading reading) throws SQLException {
        if (reading.epoch() < 2 || !mayReadHistory(primary)) {
            return List.of();
        }
        String file = "pg_wal/" + String.format(Locale.ROOT, "%08X", reading.epoch()) + ".history";
        List<Origin> origins = new ArrayList<>();
        try (PreparedStatement statement = primary.prepareStatement("SELECT pg_read_file(?)")) {
            statement.setString(1, file);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Matcher line = Pattern.compile(HISTORY_LINE, Pattern.MULTILINE).matcher(row.getString(1));
                while (line.find()) {
                    long lsn = (Long.parseLong(line.group(2), 16) << 32) + Long.parseLong(line.group(3), 16);
                    origins.add(new Origin(line.group(1) + " left at " + lsn, Long.parseLong(line.group(1)), lsn));
                }
            }
        }
        return origins;
    }

    private static boolean mayReadHistory(Connection primary) throws SQLException {
        try (PreparedStatement statement = primary.prepareStatement("SELECT has_function_privilege(?, 'EXECUTE')")) {
            statement.setString(1, HISTORY_FILE);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * The end of the last record, where the insert position stands just behind the header of a page that holds no record yet: a
     * standby that has replayed everything reports the page's start.
     */
    static long endOfRecord(long lsn, long pageSize, long segmentSize) {
        long inSegment = lsn % segmentSize;
        if (inSegment == LONG_PAGE_HEADER) {
            return lsn - LONG_PAGE_HEADER;
        }
        return inSegment > pageSize && lsn % pageSize == SHORT_PAGE_HEADER ? lsn - SHORT_PAGE_HEADER : lsn;
    }

    @Override
    Syntax syntax() {
        return Syntax.POSTGRESQL;
    }

    @Override
    Failure failure(SQLException error) {
        String state = error.getSQLState();
        if (state == null) {
            return Failure.STATEMENT;
        }
        return switch (state) {
            case "25006" -> Failure.READ_ONLY;
            case "40001", "40P01", "0A000", "55000", "3F000", "22P02" -> Failure.UNSERVED;
            case "42601" -> Failure.STATEMENT;
            case "57P03", "53300" -> Failure.NOT_READY;
            case "57P01", "57P02", "57P04", "57P05", "25P03" -> Failure.CONNECTION_LOST;
            default -> byClass(state);
        };
    }

    private static Failure byClass(String state) {
        if (state.startsWith("08")) {
            return Failure.CONNECTION_LOST;
        }
        if (state.startsWith("42")) {
            // A name, a type, a right or a label of an enumeration that the standby has not replayed yet.
            return Failure.UNSERVED;
        }
        return state.startsWith("28") ? Failure.DENIED : Failure.STATEMENT;
    }

    @Override
    boolean isForeign(SQLException error) {
        return false;
    }

    @Override
    void complete(String url, Properties properties, @Nullable Duration bound) {
        if (bound == null) {
            properties.putIfAbsent("cancelSignalTimeout", CANCEL_SECONDS);
            return;
        }
        String seconds = Long.toString(Math.max(1, bound.plusMillis(999).toSeconds()));
        properties.putIfAbsent("connectTimeout", seconds);
        properties.putIfAbsent("socketTimeout", seconds);
        properties.putIfAbsent("cancelSignalTimeout", seconds);
        properties.putIfAbsent("ApplicationName", "weir-monitor");
    }

    @Override
    void cut(Connection physical) throws SQLException {
        physical.abort(Runnable::run);
    }

    @Override
    String driverArtifact() {
        return "org.postgresql:postgresql";
    }
}
