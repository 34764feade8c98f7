package dev.weir.replicator.monitor;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a PostgreSQL primary for its standbys, as pg_stat_replication shows them; what it hides from a user without pg_monitor is unknown. PostgreSQL tells no age of
 * what a standby lacks once traffic has ceased, so the age is told from the primary's own earlier positions: it is that old at most. Confined to one thread.
 */
public final class PostgresProbe implements ClusterProbe {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresProbe.class);
    private static final String PREFIX = "jdbc:postgresql:";
    private static final String PRIMARY = """
            SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()),
              (SELECT timeline_id FROM pg_control_checkpoint()), clock_timestamp()""";
    private static final String POSITION =
            "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_current_wal_flush_lsn() - '0/0'::pg_lsn";
    private static final String STANDBYS = """
            SELECT application_name, client_addr::text, state, sent_lsn - '0/0'::pg_lsn, replay_lsn - '0/0'::pg_lsn,
              flush_lsn - '0/0'::pg_lsn, extract(epoch FROM clock_timestamp() - reply_time), sync_state
            FROM pg_stat_replication ORDER BY application_name, pid""";
    private static final double MILLIS = 1_000.0;

    private final String url;
    private final Properties credentials = new Properties();
    private final InstantSource clock;
    private final Timeline timeline = new Timeline();
    private final Map<String, ReplicaSample> known = new TreeMap<>();
    private @Nullable Connection connection;
    private String cluster = "";
    private boolean answering = true;

    public PostgresProbe(String url, String user, String password, InstantSource clock) {
        this.url = url;
        this.clock = clock;
        credentials.setProperty("user", user);
        credentials.setProperty("password", password);
        credentials.setProperty("ApplicationName", "weir-monitor");
        credentials.setProperty("connectTimeout", "2");
        credentials.setProperty("socketTimeout", "5");
    }

    public static boolean accepts(String url) {
        return url.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    @Override
    public ClusterSample take() {
        long nanos = System.nanoTime();
        Instant at = clock.instant();
        try {
            PrimarySample primary = primary(nanos);
            List<ReplicaSample> samples = standbys(primary, nanos);
            say(true, "");
            return new ClusterSample(at, nanos, cluster, shown(), Optional.of(primary), "", samples, List.of());
        } catch (SQLException e) {
            close();
            String trouble = String.valueOf(e.getMessage());
            say(false, trouble);
            List<ReplicaSample> samples = known.values().stream()
                    .map(sample -> sample.unheard("the primary does not answer"))
                    .toList();
            return new ClusterSample(at, nanos, cluster, shown(), Optional.empty(), trouble, samples, List.of());
        }
    }

    /** The URL without what may be credentials. */
    private String shown() {
        int settings = url.indexOf('?');
        return settings < 0 ? url : url.substring(0, settings);
    }

    private Connection connected() throws SQLException {
        Connection opened = connection;
        if (opened == null) {
            opened = DriverManager.getConnection(url, credentials);
            connection = opened;
        }
        return opened;
    }

    private PrimarySample primary(long nanos) throws SQLException {
        long epoch;
        Instant now;
        try (Statement statement = connected().createStatement();
                ResultSet row = statement.executeQuery(PRIMARY)) {
            row.next();
            if (row.getBoolean(1)) {
                throw new SQLException("The server is a standby; ask the primary", "08001");
            }
            cluster = String.valueOf(row.getString(2));
            epoch = row.getLong(3);
            now = row.getObject(4, OffsetDateTime.class).toInstant();
        }
        try (Statement statement = connected().createStatement();
                ResultSet row = statement.executeQuery(POSITION)) {
            row.next();
            long lsn = row.getLong(1);
            timeline.add(nanos, lsn);
            return new PrimarySample(
                    "primary",
                    epoch,
                    lsn,
                    OptionalLong.of(row.getLong(2)),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    now);
        }
    }

    private List<ReplicaSample> standbys(PrimarySample primary, long nanos) throws SQLException {
        Map<String, ReplicaSample> found = new TreeMap<>();
        try (Statement statement = connected().createStatement();
                ResultSet row = statement.executeQuery(STANDBYS)) {
            while (row.next()) {
                String named = row.getString(1);
                String base = named == null || named.isEmpty() ? "standby" : named;
                String name = base;
                for (int i = 2; found.containsKey(name); i++) {
                    name = base + "-" + i;
                }
                found.put(name, standby(name, row, primary, nanos));
            }
        }
        List<ReplicaSample> samples = new ArrayList<>(found.values());
        known.forEach((name, sample) -> {
            if (!found.containsKey(name)) {
                samples.add(sample.unheard("it is not connected to the primary"));
            }
        });
        known.putAll(found);
        return samples;
    }

    private ReplicaSample standby(String name, ResultSet row, PrimarySample primary, long nanos) throws SQLException {
        OptionalLong applied = number(row, 5);
        String address = row.getString(2);
        String state = row.getString(3);
        double silence = row.getDouble(7);
        Optional<Duration> age = row.wasNull()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (Math.max(0, silence) * MILLIS)));
        String sync = row.getString(8);
        return new ReplicaSample(
                name,
                address == null ? "" : address,
                stateOf(state),
                "",
                OptionalLong.of(primary.epoch()),
                number(row, 4),
                applied,
                number(row, 6),
                OptionalLong.empty(),
                applied.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.max(0, primary.lsn() - applied.getAsLong())),
                applied.isEmpty() ? Optional.empty() : timeline.mostAgeAfter(applied.getAsLong(), nanos),
                age,
                Optional.empty(),
                sync == null ? Optional.empty() : Optional.of(sync.equals("sync") || sync.equals("quorum")),
                Optional.empty());
    }

    private static NodeState stateOf(@Nullable String state) {
        if (state == null) {
            return NodeState.UNKNOWN;
        }
        return switch (state.toLowerCase(Locale.ROOT)) {
            case "startup", "catchup" -> NodeState.CATCHING_UP;
            case "backup" -> NodeState.SEEDING;
            case "streaming" -> NodeState.STREAMING;
            case "stopping" -> NodeState.STOPPED;
            default -> NodeState.UNKNOWN;
        };
    }

    private static OptionalLong number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private void say(boolean answers, String why) {
        if (answers != answering) {
            answering = answers;
            if (answers) {
                LOG.info("event=primary_answers url={}", shown());
            } else {
                LOG.warn("event=primary_silent url={} reason=\"{}\"", shown(), why);
            }
        }
    }

    @Override
    public void close() {
        Connection opened = connection;
        connection = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (SQLException broken) {
                LOG.debug("event=close_failed sqlstate={}", broken.getSQLState());
            }
        }
    }
}
