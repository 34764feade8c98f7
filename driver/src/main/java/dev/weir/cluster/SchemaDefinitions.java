package dev.weir.cluster;

import java.util.Map;

/**
 * The definitions of the primary's views and synonyms, which a statement that names one depends on. Immutable.
 *
 * @param lsn the schema change up to which they are known to be complete; they may be newer
 * @param queries the query behind each name, without its schema; empty text where the user may not see it
 */
public record SchemaDefinitions(long lsn, Map<String, String> queries) {
    public SchemaDefinitions {
        queries = Map.copyOf(queries);
    }
}
