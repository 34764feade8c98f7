package dev.weir.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds which of a database's own definitions may have effects: whatever cannot be proven to be a plain read, and whatever uses
 * that in turn. A function is proven only if its owner has also declared it STABLE or IMMUTABLE, in which case PostgreSQL refuses
 * to write in it; the proof of its text covers what PostgreSQL does not refuse, such as an advisory lock. Confined to one thread.
 */
final class Effects {
    /** What a body may call though a statement itself had better ask the primary. */
    private static final List<String> ALLOWED_IN_BODIES = List.of("CURRENT_SETTING", "PG_CATALOG.CURRENT_SETTING");

    private final SqlDialect dialect;
    private final Schema schema;
    private final Set<String> vouched = new HashSet<>();
    private final Set<String> relations = new HashSet<>();
    private final Set<String> functions = new HashSet<>();
    private final Set<String> operators = new HashSet<>();

    private Effects(SqlDialect dialect, Schema schema, Set<String> readOnlyFunctions) {
        this.dialect = dialect;
        this.schema = schema;
        for (String name : readOnlyFunctions) {
            vouched.add(Catalog.folded(name.strip()));
        }
    }

    /**
     * The catalog that follows from the definitions.
     *
     * @param readOnlyFunctions the functions that the user vouches for
     */
    static Catalog of(SqlDialect dialect, Schema schema, Set<String> readOnlyFunctions) {
        return new Effects(dialect, schema, readOnlyFunctions).judge();
    }

    /** Begins with the belief that everything is harmless and takes it back until nothing changes. */
    private Catalog judge() {
        List<Definition> believed = new ArrayList<>(schema.definitions());
        boolean changed = true;
        while (changed) {
            changed = false;
            Catalog known = catalog(ALLOWED_IN_BODIES);
            for (Iterator<Definition> each = believed.iterator(); each.hasNext(); ) {
                Definition definition = each.next();
                if (!isHarmless(definition, known)) {
                    each.remove();
                    changed |= condemn(definition);
                }
            }
        }
        return catalog(List.of()).withMentions(Mentions.of(schema)).withSessionRoutines(schema.sessionRoutines());
    }

    private boolean isHarmless(Definition definition, Catalog known) {
        String body = definition.body();
        if (body == null) {
            return false;
        }
        if (body.isEmpty()) {
            return true;
        }
        return switch (definition.language()) {
            case "sql" ->
                new TextClassifier(dialect, known).classify(statements(body)).kind() == Kind.READ;
            case "plpgsql" -> BlockProof.isPlainRead(body, dialect, known);
            default -> false;
        };
    }

    /** The statements of a body in the form that the standard has for SQL functions; any other body as it is. */
    private static String statements(String body) {
        String text = body.strip();
        String upper = text.length() < 12 ? "" : text.substring(0, 12).toUpperCase(Locale.ENGLISH);
        if (upper.startsWith("RETURN ")) {
            return "SELECT " + text.substring("RETURN ".length());
        }
        boolean block =
                upper.equals("BEGIN ATOMIC") && text.toUpperCase(Locale.ENGLISH).endsWith("END");
        return block ? text.substring("BEGIN ATOMIC".length(), text.length() - "END".length()) : text;
    }

    private boolean condemn(Definition definition) {
        String name = Catalog.folded(definition.name());
        return switch (definition.kind()) {
            case RELATION -> relations.add(name);
            case OPERATOR -> operators.add(definition.name());
            case FUNCTION -> {
                String qualified = Catalog.folded(definition.schema()) + "." + name;
                if (vouched.contains(qualified)) {
                    yield false;
                }
                boolean first = functions.add(qualified);
                yield (!vouched.contains(name) && functions.add(name)) || first;
            }
        };
    }

    private Catalog catalog(List<String> allowed) {
        Set<String> readOnly = new HashSet<>(vouched);
        readOnly.addAll(allowed);
        for (Definition definition : schema.definitions()) {
            if (definition.kind() == Definition.Kind.FUNCTION) {
                String name = Catalog.folded(definition.name());
                addUnless(functions, name, readOnly);
                addUnless(functions, Catalog.folded(definition.schema()) + "." + name, readOnly);
            }
        }
        return new Catalog(relations, readOnly, functions, operators, schema.syntax());
    }

    private static void addUnless(Set<String> condemned, String name, Set<String> names) {
        if (!condemned.contains(name)) {
            names.add(name);
        }
    }
}
