package dev.weir.replicator.replica;

import dev.weir.replicator.source.StoreUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where one replica lives. Immutable; {@link #toString} tells no secret.
 *
 * @param name its name within the cluster
 * @param store its store, in this JVM
 * @param servedUrl where applications reach it, without credentials; what the primary's WEIR.REPLICA shows
 * @param filePassword what the store's file is encrypted with; null if it is not
 */
public record ReplicaSite(
        String name,
        StoreUrl store,
        String servedUrl,
        @Nullable String filePassword) {
    public ReplicaSite {
        if (store.kind() == StoreUrl.Kind.REMOTE) {
            throw new IllegalArgumentException("Replica " + name + " cannot keep its store behind a server: " + store);
        }
    }

    /** A site whose store is not encrypted. */
    public ReplicaSite(String name, StoreUrl store, String servedUrl) {
        this(name, store, servedUrl, null);
    }

    boolean isFile() {
        return store.kind() == StoreUrl.Kind.FILE;
    }

    @Override
    public String toString() {
        return name + " at " + store;
    }
}
