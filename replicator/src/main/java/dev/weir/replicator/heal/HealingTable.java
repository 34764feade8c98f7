package dev.weir.replicator.heal;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The table WEIR.HEALING of a primary, which holds the newest steps of all healers of its cluster. Thread-safe: opens a session for each call. */
public final class HealingTable {
    private static final int KEPT = 1_000;
    private static final int LONGEST = 2_000;

    private final PrimaryAccess primary;

    public HealingTable(PrimaryAccess primary) {
        this.primary = primary;
    }

    /** Writes a step, or what has become of it. Commits. */
    void save(Step step) throws SQLException {
        try (Connection connection = primary.openSession()) {
            merge(connection, step);
        }
    }

    /**
     * Writes the step of copying the primary anew, unless another replica of the cluster is being copied by a healer. Commits.
     *
     * @param within how long a copy may take; one that began earlier counts as given up
     * @return whether it was written
     */
    boolean claim(Step step, Duration within) throws SQLException {
        try (Connection connection = primary.openSession()) {
            connection.setAutoCommit(false);
            // Whoever else wants to copy waits here, so that two never see the same gap.
            Sessions.execute(connection, "SELECT ID FROM WEIR.DDL_LOCK FOR UPDATE");
            boolean free;
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT COUNT(*) FROM WEIR.HEALING WHERE STEP = ? AND OUTCOME = ? AND REPLICA <> ? AND BEGUN_AT > ?")) {
                query.setString(1, Rung.RESYNC.name());
                query.setString(2, Step.Outcome.PENDING.name());
                query.setString(3, step.replica());
                query.setObject(4, step.at().minus(within).atOffset(ZoneOffset.UTC));
                try (ResultSet row = query.executeQuery()) {
                    free = row.next() && row.getLong(1) == 0;
                }
            }
            if (free) {
                merge(connection, step);
            }
            connection.commit();
            return free;
        }
    }

    /** Closes the steps that a healer of these replicas left open when its process ended. Commits. */
    void abandon(Collection<String> replicas) throws SQLException {
        try (Connection connection = primary.openSession();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE WEIR.HEALING SET OUTCOME = ?, EFFECT = 'its process ended meanwhile' WHERE OUTCOME = ? AND REPLICA = ?")) {
            for (String replica : replicas) {
                update.setString(1, Step.Outcome.FAILED.name());
                update.setString(2, Step.Outcome.PENDING.name());
                update.setString(3, replica);
                update.executeUpdate();
            }
        }
    }

    private static void merge(Connection connection, Step step) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(
                "MERGE INTO WEIR.HEALING(ID, BEGUN_AT, REPLICA, CAUSE, STEP, OUTCOME, EFFECT) KEY(ID) VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            merge.setObject(1, step.id());
            merge.setObject(2, step.at().atOffset(ZoneOffset.UTC));
            merge.setString(3, step.replica());
            merge.setString(4, shortened(step.cause()));
            merge.setString(5, step.rung().name());
            merge.setString(6, step.outcome().name());
            merge.setString(7, shortened(step.effect()));
            merge.executeUpdate();
        }
        Sessions.execute(
                connection,
                "DELETE FROM WEIR.HEALING WHERE ID IN (SELECT ID FROM WEIR.HEALING ORDER BY BEGUN_AT DESC OFFSET "
                        + KEPT + " ROWS)");
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** The newest steps, newest first. */
    public List<Step> newest(int steps) throws SQLException {
        List<Step> found = new ArrayList<>();
        try (Connection connection = primary.openSession();
                PreparedStatement query =
                        connection.prepareStatement("SELECT ID, BEGUN_AT, REPLICA, CAUSE, STEP, OUTCOME,"
                                + " EFFECT FROM WEIR.HEALING ORDER BY BEGUN_AT DESC FETCH FIRST ? ROWS ONLY")) {
            query.setInt(1, steps);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new Step(
                            row.getObject(1, UUID.class),
                            row.getObject(2, OffsetDateTime.class).toInstant(),
                            row.getString(3),
                            row.getString(4),
                            Rung.valueOf(row.getString(5)),
                            Step.Outcome.valueOf(row.getString(6)),
                            row.getString(7)));
                }
            }
        }
        return found;
    }
}
