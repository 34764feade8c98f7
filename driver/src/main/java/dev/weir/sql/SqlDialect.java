package dev.weir.sql;

/** The database whose lexical rules, grammar and built-in functions decide what a text means. */
public enum SqlDialect {
    H2,
    POSTGRESQL
}
