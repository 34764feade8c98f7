package dev.weir.cluster;

import dev.weir.sql.Schema;

/**
 * What the primary's catalog said about the database's own objects at one time. Immutable.
 *
 * @param covers up to which change they are known to be complete; they may be newer. On H2 the LSN of a schema change, on
 *     PostgreSQL what {@link Cluster#schemaChanged} has returned
 */
public record SchemaDefinitions(long covers, Schema schema) {}
