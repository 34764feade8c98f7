package dev.weir.capture;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a statement reaches the replicas. Immutable.
 *
 * @param reason why, in a short phrase for people
 * @param advice what to do instead, or to have it logged more cheaply; null if there is nothing to say
 */
public record ReplicationVerdict(
        Logging logging, String reason, @Nullable String advice) {
    /** In what form a statement is logged. */
    public enum Logging {
        /** Not at all, since it changes nothing that replicas hold. */
        NONE,
        /** As its text and parameters, which do the same on every replica. */
        STATEMENT,
        /** As the rows that it changes. */
        ROWS,
        /** It is not executed, as what it changes cannot be known. */
        REFUSED,
        /** By the database itself. */
        STREAMED
    }

    /** Where nothing is captured. */
    public static final ReplicationVerdict STREAMED = new ReplicationVerdict(
            Logging.STREAMED, "PostgreSQL's own streaming replication carries whatever changes", null);

    static ReplicationVerdict none(String reason) {
        return new ReplicationVerdict(Logging.NONE, reason, null);
    }

    static ReplicationVerdict statement(String reason) {
        return new ReplicationVerdict(Logging.STATEMENT, reason, null);
    }

    static ReplicationVerdict rows(String reason, @Nullable String advice) {
        return new ReplicationVerdict(Logging.ROWS, reason, advice);
    }

    /** A refusal whose text says what is wrong, then what to do, with a semicolon between. */
    static ReplicationVerdict refused(String refusal) {
        int end = refusal.lastIndexOf("; ");
        return end < 0
                ? new ReplicationVerdict(Logging.REFUSED, refusal, null)
                : new ReplicationVerdict(Logging.REFUSED, refusal.substring(0, end), refusal.substring(end + 2));
    }

    static ReplicationVerdict refused(SQLException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return refused(message.startsWith(Refusals.PREFIX) ? message.substring(Refusals.PREFIX.length()) : message);
    }
}
