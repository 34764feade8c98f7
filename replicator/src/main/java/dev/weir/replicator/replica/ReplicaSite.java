package dev.weir.replicator.replica;

import dev.weir.replicator.source.StoreUrl;

/**
 * Where one replica lives. Immutable.
 *
 * @param name its name within the cluster
 * @param store its store, in this JVM
 * @param servedUrl where applications reach it, without credentials; what the primary's WEIR.REPLICA shows
 */
public record ReplicaSite(String name, StoreUrl store, String servedUrl) {
    public ReplicaSite {
        if (store.kind() == StoreUrl.Kind.REMOTE) {
            throw new IllegalArgumentException("Replica " + name + " cannot keep its store behind a server: " + store);
        }
    }

    boolean isFile() {
        return store.kind() == StoreUrl.Kind.FILE;
    }
}
