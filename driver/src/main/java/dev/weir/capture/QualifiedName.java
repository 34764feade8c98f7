package dev.weir.capture;

import dev.weir.log.ReplaySql;

/** A table's exact schema and name. Immutable. */
record QualifiedName(String schema, String name) {
    /** The name as a delimited identifier. */
    String sql() {
        return ReplaySql.quote(schema) + "." + ReplaySql.quote(name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
