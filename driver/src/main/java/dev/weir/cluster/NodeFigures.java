package dev.weir.cluster;

import java.util.Map;

/** A node's figures, as JMX shows them. */
public interface NodeFigures {
    String getName();

    String getRole();

    String getState();

    /** CLOSED, OPEN or HALF_OPEN. */
    String getBreaker();

    long getReads();

    long getWrites();

    long getInFlight();

    long getFailures();

    /** How many reads it could not serve, which then ran on the primary. */
    long getUnserved();

    /** How often all of its connections were broken off. */
    int getCuts();

    /** How many statements were sent to it for each reason. */
    Map<String, Long> getReasons();

    /** How long reads took: one in 64 is measured. */
    Map<String, Long> getReadTimes();

    /** How long other statements took: one in 64 is measured. */
    Map<String, Long> getWriteTimes();
}
