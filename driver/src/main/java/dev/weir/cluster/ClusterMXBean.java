package dev.weir.cluster;

import java.util.List;
import java.util.Map;

/** A cluster's figures as JMX shows them, under {@code dev.weir:type=Cluster,name="...",id=N}. */
public interface ClusterMXBean {
    /** The name of the primary; empty if none is known. */
    String getPrimary();

    /** How many replicas are in rotation. */
    int getReplicas();

    /** How many logical connections are open. */
    int getConnections();

    /** How many reads have ended, failed ones included. */
    long getReads();

    /** How many other statements were sent. */
    long getWrites();

    /** How many reads the primary served because no replica was fit to. */
    long getFallbacks();

    /** How many reads failed before their first row and were sent to another node. */
    long getRetries();

    /** How many texts a replica refused as writes and were sent to the primary from then on. */
    long getLearnedMisroutes();

    /** How many sessions were told that a failover may have lost something they had seen. */
    long getLosses();

    /** How many statements were sent for each reason, over all nodes. */
    Map<String, Long> getReasons();

    /** How long reads waited for a replica: how many up to each bound and above the one before. */
    Map<String, Long> getWaits();

    /** How stale replicas were at most when they served reads: how many reads up to each bound and above the one before. */
    Map<String, Long> getStalenessServed();

    List<NodeFigures> getNodes();
}
