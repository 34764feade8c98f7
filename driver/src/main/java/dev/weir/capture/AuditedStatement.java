package dev.weir.capture;

import java.time.Instant;

/**
 * One of the distinct statements that an application has executed. Immutable.
 *
 * @param statement its text without comments, with {@code ?} for each literal
 * @param kind what it is, in lower case
 * @param executions how often it was executed, as it was when this was asked for
 * @param firstSeen when it was executed first
 */
public record AuditedStatement(
        String statement, String kind, ReplicationVerdict verdict, long executions, Instant firstSeen) {}
