package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows a copy that was ordered, by what the replica reports to its primary. Confined to one thread. */
final class ResyncWatch {
    private static final Duration POLL = Duration.ofMillis(200);

    private final PrimaryAccess primary;
    private final String replica;
    private final Duration silence;
    private final ProgressBar bar;
    private final long startedAt = System.nanoTime();
    private @Nullable Connection connection;
    private boolean heard;
    private long heardAt = startedAt;

    /** How it ended. Immutable. */
    record Copied(String state, long lsn, Duration took) {}

    /**
     * What the primary knows. Immutable.
     *
     * @param ordered whether the copy is still to be made, or being made
     * @param age how long ago the replica reported, by the primary's clock
     */
    private record Report(
            String state, long lsn, boolean ordered, Duration age, long rows, long total, Optional<Duration> left) {}

    /** @param silence how long the replica, or the primary, may give no sign of life */
    ResyncWatch(PrimaryAccess primary, String replica, Duration silence, ProgressBar bar) {
        this.primary = primary;
        this.replica = replica;
        this.silence = silence;
        this.bar = bar;
    }

    /**
     * Waits until the replica has its copy and streams.
     *
     * @throws CommandFailure if it falls silent, differs again, or is not known any more
     */
    Copied await() throws CommandFailure, InterruptedException {
        try {
            while (true) {
                Optional<Report> known = ask();
                if (known.isPresent()) {
                    Report report = known.get();
                    if (!report.ordered() && report.state().equals("STREAMING")) {
                        return new Copied(
                                report.state(), report.lsn(), Duration.ofNanos(System.nanoTime() - startedAt));
                    }
                    require(report);
                    show(report);
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
        } finally {
            Sessions.closeQuietly(connection);
        }
    }

    private void require(Report report) throws CommandFailure {
        if (!report.ordered() && report.state().equals("DIVERGED")) {
            throw new CommandFailure(
                    "Replica " + replica
                            + " differs from the primary again after it was copied; its log and WEIR.DIVERGENCE on the primary name the entry");
        }
        if (report.age().compareTo(silence) > 0) {
            throw new CommandFailure("Replica " + replica + " has given no sign of life for "
                    + report.age().toSeconds() + " s (limit " + silence.toSeconds()
                    + " s); look at its process. "
                    + (report.ordered() ? "The order stands: it copies when it comes back" : "Its copy was made"));
        }
    }

    private void show(Report report) {
        String what = replica + " " + report.state();
        if (report.state().equals("SEEDING") && report.total() > 0) {
            bar.show(what, report.rows(), report.total(), report.left());
        } else {
            bar.show(what);
        }
    }

    /** Empty while the primary cannot be asked, as when it is restarted. */
    private Optional<Report> ask() throws CommandFailure {
        try {
            Connection open = connection;
            if (open == null) {
                open = primary.openSession();
                connection = open;
            }
            Report report = read(open);
            heard = true;
            heardAt = System.nanoTime();
            return Optional.of(report);
        } catch (SQLException e) {
            Sessions.closeQuietly(connection);
            connection = null;
            if (!heard || System.nanoTime() - heardAt > silence.toNanos()) {
                throw new CommandFailure("The primary cannot be asked how the copy goes on: " + primary.reason(e));
            }
            bar.show("the primary does not answer");
            return Optional.empty();
        }
    }

    private Report read(Connection open) throws SQLException, CommandFailure {
        try (PreparedStatement query = open.prepareStatement("SELECT R.STATE, R.APPLIED_LSN, COALESCE(O.RESYNC, FALSE),"
                + " DATEDIFF(MILLISECOND, R.SEEN_AT, CURRENT_TIMESTAMP), R.SEED_ROWS, R.SEED_TOTAL, R.SEED_LEFT_MS"
                + " FROM WEIR.REPLICA R LEFT JOIN WEIR.REPLICA_ORDER O ON O.NAME = R.NAME WHERE R.NAME = ?")) {
            query.setString(1, replica);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new CommandFailure("The primary no longer knows replica " + replica);
                }
                Long left = row.getObject(7, Long.class);
                return new Report(
                        row.getString(1),
                        row.getLong(2),
                        row.getBoolean(3),
                        Duration.ofMillis(Math.max(0, row.getLong(4))),
                        row.getLong(5),
                        row.getLong(6),
                        Optional.ofNullable(left).map(Duration::ofMillis));
            }
        }
    }
}
