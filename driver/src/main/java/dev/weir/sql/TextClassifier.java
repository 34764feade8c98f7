package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/** Classifies texts afresh, without a cache. Thread-safe. */
final class TextClassifier {
    private final SqlDialect dialect;
    private final Catalog catalog;

    TextClassifier(SqlDialect dialect, Catalog catalog) {
        this.dialect = dialect;
        this.catalog = catalog;
    }

    /** What a text is, leaving hints aside. */
    Classification classify(String sql) {
        Lexer lexer = Lexer.of(sql, catalog.syntax());
        Tokens tokens = Tokens.read(sql, lexer);
        if (tokens.are(0, Word.EXPLAIN, Word.ROUTE)) {
            return Classification.of(Kind.EXPLAIN_ROUTE, "answered by Weir")
                    .withArgument(sql.substring(tokens.end(1)).strip());
        }
        if (tokens.are(0, Word.EXPLAIN, Word.REPLICATION)) {
            return Classification.of(Kind.EXPLAIN_REPLICATION, "answered by Weir")
                    .withArgument(sql.substring(tokens.end(1)).strip());
        }
        if (lexer.isBroken()) {
            return Classification.unknown(lexer.trouble());
        }
        if (tokens.isExcessive()) {
            return Classification.unknown("is too long to judge");
        }
        Classification whole = statements(tokens, lexer.hasIndexedParameters());
        return lexer.isAmbiguous() ? doubted(whole) : whole;
    }

    private Classification statements(Tokens tokens, boolean indexedParameters) {
        StatementClassifier statements = new StatementClassifier(tokens, dialect, catalog, indexedParameters);
        if (StatementClassifier.hasBody(tokens)) {
            return statements.classify(0, tokens.count());
        }
        Classification all = null;
        int from = 0;
        for (int i = 0; i <= tokens.count(); i++) {
            if (i < tokens.count() && !tokens.isSymbol(i, ';')) {
                continue;
            }
            if (i > from) {
                Classification one = statements.classify(from, i);
                all = all == null ? one : both(all, one);
            }
            from = i + 1;
        }
        return all == null ? Classification.of(Kind.EMPTY, "empty") : all;
    }

    /** What a setting among them leaves in the session is not known elsewhere, so that it holds the session where it is. */
    private static Classification both(Classification first, Classification second) {
        if (first.kind() == Kind.READ && second.kind() == Kind.READ) {
            return Classification.read(first.tableless() && second.tableless())
                    .touching(first.tables().and(second.tables()));
        }
        Classification both = Classification.of(Kind.MULTIPLE, "several statements, not all of them plain reads");
        String control = control(second);
        Classification controlled = both.withArgument(control == null ? control(first) : control);
        boolean leavesSetting = first.kind() == Kind.SESSION || second.kind() == Kind.SESSION;
        return first.pins() || second.pins() || leavesSetting ? controlled.pinning() : controlled;
    }

    /** What a part of a text leaves of the transaction that it is in. */
    private static @Nullable String control(Classification part) {
        return switch (part.kind()) {
            case BEGIN -> Classification.LEAVES_OPEN;
            case COMMIT, ROLLBACK -> part.argument() == null ? Classification.LEAVES_ENDED : Classification.LEAVES_OPEN;
            case MULTIPLE, UNKNOWN -> part.argument();
            default -> null;
        };
    }

    /** A text that the server may read in another way than the lexer did: nothing derived from its tokens may be relied on. */
    private static Classification doubted(Classification whole) {
        return switch (whole.kind()) {
            case READ -> Classification.of(Kind.PRIMARY_READ, "means what a setting of the server decides");
            case WRITE -> Classification.write(whole.reason(), null);
            case PRIMARY_READ, EMPTY -> whole;
            default ->
                whole.pins()
                        ? Classification.unknown("means what a setting of the server decides")
                                .pinning()
                        : Classification.unknown("means what a setting of the server decides");
        };
    }
}
