package dev.weir.routing;

import dev.weir.sql.Tables;
import org.jspecify.annotations.Nullable;

/**
 * The route of a session's newest read, which later reads take as long as nothing has changed on which it rests. It asks few fields and hardly
 * any that threads share, as nearly every read of a busy application is answered here. Confined to one connection.
 */
final class Standing {
    private long stamp = -1;
    private long version;
    private int generation;
    private Tables tables = Tables.ANY;
    private @Nullable Route route;

    /**
     * Takes a route over.
     *
     * @param changes how many changes of cluster and catalog there had been before it was sought
     * @param clockVersion the version of the session's clock before it was looked at
     * @param classifierGeneration the generation of the read's classification
     * @param reads the tables of the reads that may take it
     */
    void set(long changes, long clockVersion, int classifierGeneration, Tables reads, Route chosen) {
        stamp = changes;
        version = clockVersion;
        generation = classifierGeneration;
        tables = reads;
        route = chosen;
    }

    /** The route if it holds for a read of these tables; else null. */
    @SuppressWarnings("ReferenceEquality") // equal sets that are not the same take the longer way
    @Nullable Route route(long changes, long clockVersion, int classifierGeneration, Tables read) {
        return stamp == changes
                        && version == clockVersion
                        && generation == classifierGeneration
                        && (tables == Tables.ANY || tables == read)
                ? route
                : null;
    }

    /** Whether nothing has changed meanwhile, so that a read which took the route has nothing to record that is not recorded. */
    boolean isUnchanged(long changes) {
        return stamp == changes;
    }
}
