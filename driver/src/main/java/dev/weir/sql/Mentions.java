package dev.weir.sql;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which tables stand behind the names of a database: what a view, a synonym, a function, a type or a policy reads, directly or through
 * another. A name that is not here stands for a table of that name and nothing else. Immutable.
 */
final class Mentions {
    /** Nothing known of the catalog: any name may be that of a view. */
    static final Mentions UNKNOWN = new Mentions(Map.of(), Tables.ANY, Set.of(), Map.of());

    private final Map<Integer, Tables> behind;
    private final Tables everywhere;
    private final Set<Integer> plain;
    private final Map<Integer, Tables> parents;

    private Mentions(Map<Integer, Tables> behind, Tables everywhere, Set<Integer> plain, Map<Integer, Tables> parents) {
        this.behind = Map.copyOf(behind);
        this.everywhere = everywhere;
        this.plain = Set.copyOf(plain);
        this.parents = Map.copyOf(parents);
    }

    /** What follows from the definitions, whose bodies are taken by the names in them, whatever these stand for. */
    static Mentions of(Schema schema) {
        Map<Integer, Tables> direct = new HashMap<>();
        Tables everywhere = Tables.NONE;
        for (Definition definition : schema.definitions()) {
            Tables named = named(definition, schema.syntax());
            int name = Tables.hash(definition.name(), 0, definition.name().length());
            if (definition.kind() == Definition.Kind.OPERATOR) {
                everywhere = everywhere.and(named); // used without being named
            } else {
                direct.merge(name, named, Tables::and);
            }
        }
        Set<Integer> plain = new HashSet<>();
        for (String name : schema.plainTables()) {
            plain.add(Tables.hash(name, 0, name.length()));
        }
        plain.remove(0);
        Mentions shallow = new Mentions(direct, Tables.NONE, Set.of(), Map.of());
        Map<Integer, Tables> closed = new HashMap<>();
        for (Map.Entry<Integer, Tables> each : direct.entrySet()) {
            closed.put(each.getKey(), shallow.closure(each.getValue()));
        }
        Map<Integer, Tables> parents = new HashMap<>();
        for (Map.Entry<String, Set<String>> each : schema.parents().entrySet()) {
            String child = each.getKey();
            parents.merge(Tables.hash(child, 0, child.length()), Tables.named(each.getValue()), Tables::and);
        }
        return new Mentions(closed, shallow.closure(everywhere), plain, parents);
    }

    private static Tables named(Definition definition, Syntax syntax) {
        String body = definition.body();
        if (body == null) {
            return Tables.ANY;
        }
        if (body.isEmpty()) {
            boolean code = definition.kind() == Definition.Kind.FUNCTION
                    && !definition.language().equals("sql");
            return code ? Tables.ANY : Tables.NONE;
        }
        Lexer lexer = Lexer.of(body, syntax);
        Tokens tokens = Tokens.read(body, lexer);
        if (lexer.isBroken() || lexer.isAmbiguous() || tokens.isExcessive()) {
            return Tables.ANY;
        }
        Tables.Gathering names = new Tables.Gathering();
        for (int i = 0; i < tokens.count(); i++) {
            if (tokens.isName(i)) {
                names.add(tokens.nameHash(i));
            }
        }
        return names.tables();
    }

    private Tables closure(Tables first) {
        if (!first.isKnown()) {
            return first;
        }
        Tables.Gathering all = new Tables.Gathering();
        Set<Integer> met = new HashSet<>();
        Deque<Integer> pending = new ArrayDeque<>();
        push(first, met, pending);
        while (!pending.isEmpty()) {
            Integer name = pending.removeLast();
            all.add(name);
            Tables next = behind.getOrDefault(name, Tables.NONE);
            if (!next.isKnown()) {
                return Tables.ANY;
            }
            push(next, met, pending);
        }
        return all.tables();
    }

    private static void push(Tables names, Set<Integer> met, Deque<Integer> pending) {
        for (int i = 0; i < names.count(); i++) {
            if (met.add(names.hash(i))) {
                pending.add(names.hash(i));
            }
        }
    }

    /** Every table that a statement may read which holds these names among its tokens. */
    Tables readBy(Tokens tokens, int from, int to) {
        if (!everywhere.isKnown()) {
            return Tables.ANY;
        }
        Tables.Gathering names = new Tables.Gathering();
        names.add(everywhere);
        for (int i = from; i < to; i++) {
            if (tokens.isName(i)) {
                int name = tokens.nameHash(i);
                names.add(name);
                if (!behind.isEmpty()) {
                    names.add(behind.getOrDefault(name, Tables.NONE));
                }
            }
        }
        return names.tables();
    }

    /**
     * Whether none of the names among the tokens is known to stand for more than itself, and nothing is used without being named. While
     * nothing is known of the catalog, no read leaves the primary anyway.
     */
    boolean areAbsent(Tokens tokens, int from, int to) {
        if (!everywhere.isKnown() || everywhere.count() > 0) {
            return isUnknown();
        }
        for (int i = from; i < to; i++) {
            if (!behind.isEmpty() && tokens.isName(i)) {
                int name = tokens.nameHash(i);
                if (name == 0 || behind.containsKey(name)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Whether an INSERT into a table of this name adds rows to it and does nothing else: no trigger, no rule, no function of the
     * database's own, no table that is a part of another.
     */
    boolean isPlain(int name) {
        return plain.contains(name);
    }

    /** The tables of which a row added to a table of this name tells that a row is there. */
    Tables parents(int name) {
        return parents.getOrDefault(name, Tables.NONE);
    }

    @SuppressWarnings("ReferenceEquality") // there is one
    private boolean isUnknown() {
        return this == UNKNOWN;
    }

    /** Whether a name may stand for more than a table. */
    boolean isDefined(int name) {
        return !everywhere.isKnown() || behind.containsKey(name);
    }
}
