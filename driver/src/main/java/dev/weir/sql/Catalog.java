package dev.weir.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the primary's catalog adds to the text of a statement: the names that a text alone would misjudge. Immutable; names
 * match whatever their letter case.
 *
 * @param volatileRelations views, tables and types whose use may write, lock or consume, or that a replica does not hold, as an
 *     unlogged table; without schema
 * @param readOnlyFunctions the database's own functions known to be free of side effects, named as a statement calls them:
 *     {@code f} stands for the call {@code f(...)}, {@code s.f} for {@code s.f(...)}
 * @param volatileFunctions the database's own functions that may have side effects, named in both ways; they outrank every list
 *     of pure ones, so that an overload of a built-in name is seen
 * @param volatileOperators the database's own operators on built-in types that may have side effects
 * @param syntax the lexical rules in force
 * @param mentions which tables stand behind the names of views, functions and types
 * @param sessionRoutines routines that leave something in the session which calls them
 */
record Catalog(
        Set<String> volatileRelations,
        Set<String> readOnlyFunctions,
        Set<String> volatileFunctions,
        Set<String> volatileOperators,
        Syntax syntax,
        Mentions mentions,
        SessionRoutines sessionRoutines) {
    /** Operators that a query uses without spelling them: in IN, BETWEEN, LIKE, ORDER BY, DISTINCT, USING and other places. */
    private static final Set<String> IMPLIED =
            Set.of("=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "||");

    Catalog {
        volatileRelations = folded(volatileRelations);
        readOnlyFunctions = folded(readOnlyFunctions);
        volatileFunctions = folded(volatileFunctions);
        volatileOperators = Set.copyOf(volatileOperators);
    }

    Catalog(
            Set<String> volatileRelations,
            Set<String> readOnlyFunctions,
            Set<String> volatileFunctions,
            Set<String> volatileOperators,
            Syntax syntax) {
        this(
                volatileRelations,
                readOnlyFunctions,
                volatileFunctions,
                volatileOperators,
                syntax,
                Mentions.UNKNOWN,
                SessionRoutines.NONE);
    }

    /** Nothing known beyond the text. */
    static Catalog empty(SqlDialect dialect) {
        return new Catalog(Set.of(), Set.of(), Set.of(), Set.of(), Syntax.of(dialect));
    }

    /** This catalog with more relations whose reading is not plain. */
    Catalog withRelations(Set<String> names) {
        Set<String> relations = new HashSet<>(volatileRelations);
        relations.addAll(names);
        return new Catalog(
                relations, readOnlyFunctions, volatileFunctions, volatileOperators, syntax, mentions, sessionRoutines);
    }

    Catalog withMentions(Mentions known) {
        return new Catalog(
                volatileRelations,
                readOnlyFunctions,
                volatileFunctions,
                volatileOperators,
                syntax,
                known,
                sessionRoutines);
    }

    Catalog withSessionRoutines(SessionRoutines known) {
        return new Catalog(
                volatileRelations, readOnlyFunctions, volatileFunctions, volatileOperators, syntax, mentions, known);
    }

    /** Whether queries may use a volatile operator without naming it. */
    boolean hasVolatileComparison() {
        return volatileOperators.stream().anyMatch(IMPLIED::contains);
    }

    /** Whether characters of operators in a row may hold a volatile operator. */
    boolean mayHoldVolatileOperator(String run) {
        String undoubled = run.replace("??", "?");
        return volatileOperators.stream().anyMatch(name -> run.contains(name) || undoubled.contains(name));
    }

    static String folded(String name) {
        return name.toUpperCase(Locale.ENGLISH);
    }

    private static Set<String> folded(Set<String> names) {
        Set<String> folded = new HashSet<>();
        for (String name : names) {
            folded.add(folded(name.strip()));
        }
        return Set.copyOf(folded);
    }
}
