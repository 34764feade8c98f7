package dev.weir.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a database's catalog tells about everything in it that a statement's text alone would misjudge. Immutable.
 *
 * @param definitions the database's own views, functions, operators and types, and relations that replicas do not hold
 * @param syntax the lexical rules in force
 * @param plainTables names of tables, without schema, of which each table of that name does nothing on an INSERT but take the rows:
 *     no trigger, no rule, no function of the database's own, no part of another table
 * @param parents the tables that a table's foreign keys refer to, so that a row in it tells of a row in them
 * @param sessionRoutines those that leave something in the session which calls them
 */
public record Schema(
        List<Definition> definitions,
        Syntax syntax,
        Set<String> plainTables,
        Map<String, Set<String>> parents,
        SessionRoutines sessionRoutines) {
    public Schema {
        definitions = List.copyOf(definitions);
        plainTables = Set.copyOf(plainTables);
        parents = Map.copyOf(parents);
    }

    /** One of which no routine is known to leave anything in its session. */
    public Schema(
            List<Definition> definitions, Syntax syntax, Set<String> plainTables, Map<String, Set<String>> parents) {
        this(definitions, syntax, plainTables, parents, SessionRoutines.NONE);
    }

    /** One of which no table is known to be plain. */
    public Schema(List<Definition> definitions, Syntax syntax) {
        this(definitions, syntax, Set.of(), Map.of());
    }
}
