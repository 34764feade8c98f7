package dev.weir.sql;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * The built-in functions of one dialect that a replica may run: they write, lock and consume nothing, leave nothing in the
 * session and tell nothing of their node. Immutable.
 */
final class PureFunctions {
    private final Set<String> pure;
    private final Set<String> deterministic;
    private final Set<String> escapes;

    private PureFunctions(Set<String> pure, Set<String> deterministic, Set<String> escapes) {
        this.pure = pure;
        this.deterministic = deterministic;
        this.escapes = escapes;
    }

    static PureFunctions of(SqlDialect dialect) {
        return switch (dialect) {
            case H2 -> OfH2.FUNCTIONS;
            case POSTGRESQL -> OfPostgres.FUNCTIONS;
        };
    }

    /** Whether a function, named in upper case, is known to be pure. */
    boolean contains(String name) {
        return pure.contains(name);
    }

    /** Whether it moreover gives the same result wherever and whenever it runs. */
    boolean isDeterministic(String name) {
        return deterministic.contains(name);
    }

    /** Whether JDBC's escape {@code {fn ...}} gives the name a pure meaning that it has not outside. */
    boolean isEscape(String name) {
        return escapes.contains(name);
    }

    private static Set<String> union(Set<String> first, Set<String> second) {
        Set<String> union = new HashSet<>(first);
        union.addAll(second);
        return Set.copyOf(union);
    }

    private static Set<String> names(String resource) {
        try (InputStream stream = PureFunctions.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("The list of functions " + resource + " is missing from Weir's jar");
            }
            Set<String> names = new HashSet<>();
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    StringTokenizer words = new StringTokenizer(line);
                    while (words.hasMoreTokens()) {
                        names.add(words.nextToken());
                    }
                }
            }
            return Set.copyOf(names);
        } catch (IOException e) {
            throw new UncheckedIOException("The list of functions " + resource + " cannot be read", e);
        }
    }

    /** H2's, read when they are first asked for. */
    private static final class OfH2 {
        static final PureFunctions FUNCTIONS = new PureFunctions(
                union(names("h2-deterministic.txt"), names("h2-pure.txt")), names("h2-deterministic.txt"), Set.of());
    }

    /** PostgreSQL's, read when they are first asked for. */
    private static final class OfPostgres {
        static final PureFunctions FUNCTIONS =
                new PureFunctions(names("postgresql-pure.txt"), Set.of(), names("postgresql-escapes.txt"));
    }
}
