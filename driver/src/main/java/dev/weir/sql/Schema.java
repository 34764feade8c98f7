package dev.weir.sql;

import java.util.List;

/**
 * What a database's catalog tells about everything in it that a statement's text alone would misjudge. Immutable.
 *
 * @param definitions the database's own views, functions, operators and types, and relations that replicas do not hold
 * @param syntax the lexical rules in force
 */
public record Schema(List<Definition> definitions, Syntax syntax) {
    public Schema {
        definitions = List.copyOf(definitions);
    }
}
