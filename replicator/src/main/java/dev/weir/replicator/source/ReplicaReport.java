package dev.weir.replicator.source;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;

/**
 * What a replica tells its primary of itself. Immutable.
 *
 * @param url where applications reach it; without credentials
 * @param durable how far it would still be after a crash
 * @param neededAfter the entry behind which it needs the log
 * @param state a name of its states, for people
 */
public record ReplicaReport(
        String name, String url, Epoch epoch, Lsn received, Lsn applied, Lsn durable, Lsn neededAfter, String state) {}
