package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/** Names that must not be read from a replica wherever they stand in a query. Confined to one thread. */
final class Names {
    private final Tokens tokens;
    private final boolean h2;
    private final Catalog catalog;

    Names(Tokens tokens, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.h2 = dialect == SqlDialect.H2;
        this.catalog = catalog;
    }

    /** Why the name at a token keeps its statement on the primary; null if it does not. */
    @Nullable String refusal(int i) {
        if (!catalog.volatileRelations().isEmpty()
                && catalog.volatileRelations().contains(tokens.folded(i))) {
            return "reads " + CallRules.shown(tokens, i) + ", which may have side effects";
        }
        if (!h2 && tokens.isSymbol(i - 1, '.') && !tokens.isSymbol(i + 1, '(') && isVolatileFunction(i)) {
            return "calls " + CallRules.shown(tokens, i);
        }
        if (!mayBeCatalog(i)) {
            return null;
        }
        if (is(i, "INFORMATION_SCHEMA")) {
            return "reads the catalog";
        }
        if (h2) {
            boolean qualifies = tokens.isSymbol(i + 1, '.');
            return qualifies && (is(i, "PG_CATALOG") || is(i, "WEIR")) ? "reads the catalog" : null;
        }
        if (begins(i, "pg_") && !isCallOrType(i)) {
            return "reads the catalog";
        }
        return isCatalogType(i) ? "reads the catalog" : null;
    }

    /** A quick look at the first letter, which settles nearly every name. */
    private boolean mayBeCatalog(int i) {
        char first = tokens.nameInitial(i);
        return switch (first) {
            case 'i', 'I', 'p', 'P', 'r', 'R', 'w', 'W' -> true;
            default -> first >= 128;
        };
    }

    private boolean isVolatileFunction(int i) {
        return !catalog.volatileFunctions().isEmpty()
                && catalog.volatileFunctions().contains(tokens.folded(i));
    }

    /** A function's name, its schema, or the schema of a type or an operator; functions are judged as such. */
    private boolean isCallOrType(int i) {
        if (tokens.isSymbol(i + 1, '(')) {
            return true;
        }
        if (!is(i, "PG_CATALOG") || !tokens.isSymbol(i + 1, '.')) {
            return false;
        }
        boolean operator = tokens.type(i + 2) == Lexer.SYMBOL && !tokens.isSymbol(i + 2, '*');
        return operator || tokens.isSymbol(i + 3, '(') || tokens.isSymbol(i - 1, Lexer.CAST);
    }

    /** Types whose input looks names up in the catalog, as {@code 't'::regclass}. */
    private boolean isCatalogType(int i) {
        return begins(i, "reg")
                && (is(i, "REGCLASS")
                        || is(i, "REGPROC")
                        || is(i, "REGPROCEDURE")
                        || is(i, "REGOPER")
                        || is(i, "REGOPERATOR")
                        || is(i, "REGTYPE")
                        || is(i, "REGROLE")
                        || is(i, "REGNAMESPACE")
                        || is(i, "REGCOLLATION"));
    }

    private boolean is(int i, String name) {
        return tokens.nameLength(i) == name.length() && begins(i, name);
    }

    private boolean begins(int i, String prefix) {
        return tokens.nameBegins(i, prefix);
    }
}
