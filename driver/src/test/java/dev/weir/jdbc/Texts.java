package dev.weir.jdbc;

import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Classifies the plain texts of these tests by their first words, so that the tests of this room stand on it alone. */
final class Texts {
    private static final Map<String, Kind> FIRST_WORDS = Map.ofEntries(
            Map.entry("SELECT", Kind.READ),
            Map.entry("TABLE", Kind.READ),
            Map.entry("INSERT", Kind.WRITE),
            Map.entry("UPDATE", Kind.WRITE),
            Map.entry("DELETE", Kind.WRITE),
            Map.entry("MERGE", Kind.WRITE),
            Map.entry("CREATE", Kind.DDL),
            Map.entry("DROP", Kind.DDL),
            Map.entry("ALTER", Kind.DDL),
            Map.entry("CALL", Kind.CALL),
            Map.entry("{CALL", Kind.CALL),
            Map.entry("{?", Kind.CALL),
            Map.entry("SET", Kind.SESSION),
            Map.entry("BEGIN", Kind.BEGIN),
            Map.entry("START", Kind.BEGIN),
            Map.entry("COMMIT", Kind.COMMIT),
            Map.entry("ROLLBACK", Kind.ROLLBACK),
            Map.entry("SAVEPOINT", Kind.SAVEPOINT));

    private Texts() {}

    static Classification classify(String sql) {
        String text = sql.strip().toUpperCase(Locale.ROOT);
        if (text.equals("SHOW WEIR.NODES")) {
            return of(Kind.SHOW_NODES, null);
        }
        if (text.equals("SHOW WEIR.SESSION")) {
            return of(Kind.SHOW_SESSION, null);
        }
        if (text.startsWith("EXPLAIN ROUTE ")) {
            return of(Kind.EXPLAIN_ROUTE, sql.strip().substring("EXPLAIN ROUTE ".length()));
        }
        if (text.startsWith("ROLLBACK TO")) {
            return of(Kind.ROLLBACK_TO_SAVEPOINT, null);
        }
        if (text.startsWith("SELECT") && (text.contains("FOR UPDATE") || text.contains("NEXT VALUE"))) {
            return of(Kind.PRIMARY_READ, null);
        }
        if (text.isEmpty()) {
            return of(Kind.EMPTY, null);
        }
        Kind kind = FIRST_WORDS.getOrDefault(text.split("[\\s(]", 2)[0], Kind.UNKNOWN);
        return new Classification(
                kind,
                "test " + kind,
                null,
                false,
                text.startsWith("CREATE LOCAL TEMPORARY"),
                text.contains("READ ONLY"),
                text.endsWith("AND CHAIN") ? "CHAIN" : null,
                null,
                null);
    }

    private static Classification of(Kind kind, @Nullable String argument) {
        return new Classification(kind, "test " + kind, null, false, false, false, argument, null, null);
    }
}
