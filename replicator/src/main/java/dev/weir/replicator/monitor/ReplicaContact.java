package dev.weir.replicator.monitor;

import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A monitor's own session with a replica behind a server; one that does not answer is asked again ever more seldom. Confined to one thread. */
final class ReplicaContact implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaContact.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final String replica;
    private final StoreUrl url;
    private final NodeSessions sessions;
    private @Nullable Connection connection;
    private @Nullable PreparedStatement query;
    private Duration pause = FIRST_PAUSE;
    private long askAgainAt = Long.MIN_VALUE;
    private boolean answering = true;

    /** Opens sessions with nodes. */
    @FunctionalInterface
    interface NodeSessions {
        Connection open(StoreUrl url) throws SQLException;
    }

    /**
     * What a replica answers. Immutable.
     *
     * @param now its clock
     * @param asked this JVM's monotonic clock before it was asked
     * @param answered and after
     */
    record Answer(long appliedLsn, Instant now, long asked, long answered) {}

    ReplicaContact(String replica, StoreUrl url, NodeSessions sessions) {
        this.replica = replica;
        this.url = url;
        this.sessions = sessions;
    }

    boolean isFor(String served) {
        return url.jdbc().equals(served);
    }

    /** Asks; empty if the replica does not answer, or did not lately. */
    Optional<Answer> ask(long nanos) {
        if (askAgainAt != Long.MIN_VALUE && nanos - askAgainAt < 0) {
            return Optional.empty();
        }
        try {
            Answer answer = query();
            pause = FIRST_PAUSE;
            askAgainAt = Long.MIN_VALUE;
            say(true, "");
            return Optional.of(answer);
        } catch (SQLException e) {
            close();
            askAgainAt = nanos + pause.toNanos();
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            say(false, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Answer query() throws SQLException {
        Connection opened = connection;
        if (opened == null) {
            opened = sessions.open(url.with("IFEXISTS", "TRUE").with("NETWORK_TIMEOUT", "2000"));
            connection = opened;
        }
        PreparedStatement prepared = query;
        if (prepared == null) {
            prepared = opened.prepareStatement(
                    "SELECT C.LSN, CURRENT_TIMESTAMP, N.NAME FROM WEIR.CHECKPOINT C, WEIR.NODE N"
                            + " WHERE C.ID = 1 AND N.ID = 1");
            query = prepared;
        }
        long asked = System.nanoTime();
        try (ResultSet row = prepared.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("WEIR.CHECKPOINT is empty", "02000");
            }
            String other = row.getString(3);
            if (!other.equals(replica)) {
                throw new SQLException(
                        "At the address of replica " + replica + " answers " + other
                                + "; give each replica a port of its own",
                        "08001");
            }
            return new Answer(
                    row.getLong(1), row.getObject(2, OffsetDateTime.class).toInstant(), asked, System.nanoTime());
        }
    }

    private void say(boolean answers, String why) {
        if (answers != answering) {
            answering = answers;
            if (answers) {
                LOG.info("event=replica_answers replica={}", replica);
            } else {
                LOG.warn("event=replica_silent replica={} reason=\"{}\"", replica, why);
            }
        }
    }

    @Override
    public void close() {
        Sessions.closeQuietly(connection);
        connection = null;
        query = null;
    }
}
