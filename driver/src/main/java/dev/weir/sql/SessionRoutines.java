package dev.weir.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The routines of a PostgreSQL database, and its DO blocks, that may leave something in the session which calls them, though only their text
 * shows it. Immutable.
 *
 * @param setting names of those that may set a variable, of which no server tells
 * @param holding names of those that may leave what the server can be asked about: temporary tables, locks, cursors and the like
 */
public record SessionRoutines(Set<String> setting, Set<String> holding) {
    /** No routine is known. */
    public static final SessionRoutines NONE = new SessionRoutines(Set.of(), Set.of());

    /** As {@code PostgresCatalog} looks for them in the texts of routines. */
    private static final Pattern SETS = Pattern.compile(
            "set_config\\s*\\(|\\bsetseed\\b|\\bdiscard\\b"
                    + "|(?:^|[;'$]|\\b(?:begin|then|else|loop|do)\\b)\\s*(?:set|reset)\\s+(?!local\\b|constraints\\b|transaction\\b)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern LOCAL =
            Pattern.compile("set_config\\s*\\([^()]*,\\s*true\\s*\\)", Pattern.CASE_INSENSITIVE);

    private static final Pattern HOLDS = Pattern.compile(
            "\\btemp(?:orary)?\\b|pg_temp|advisory_lock|\\blisten\\b|\\bprepare\\b|\\bhold\\b",
            Pattern.CASE_INSENSITIVE);

    public SessionRoutines {
        setting = folded(setting);
        holding = folded(holding);
    }

    private static Set<String> folded(Set<String> names) {
        Set<String> folded = new HashSet<>();
        names.forEach(name -> folded.add(name.toUpperCase(Locale.ENGLISH)));
        return Set.copyOf(folded);
    }

    /** What a statement is, considering the routines that it calls. */
    Classification judge(Classification statement, Tokens tokens, int from, int to) {
        return switch (statement.kind()) {
            case PRIMARY_READ, WRITE -> called(statement, tokens, from, to);
            case CALL ->
                tokens.is(from, Word.DO) ? block(statement, tokens, from, to) : called(statement, tokens, from, to);
            case UNKNOWN -> {
                Classification called = called(statement, tokens, from, to);
                yield called.pins() ? statement.pinning() : statement;
            }
            default -> statement;
        };
    }

    private Classification called(Classification statement, Tokens tokens, int from, int to) {
        if (setting.isEmpty() && holding.isEmpty()) {
            return statement;
        }
        Classification judged = statement;
        for (int i = from; i < to; i++) {
            if (tokens.isName(i) && tokens.isSymbol(i + 1, '(')) {
                String name = tokens.folded(i);
                if (setting.contains(name)) {
                    return leaving(statement, Classification.LEAVES_SETTING);
                }
                if (holding.contains(name)) {
                    judged = leaving(statement, Classification.LEAVES_OBJECTS);
                }
            }
        }
        return judged;
    }

    private Classification block(Classification statement, Tokens tokens, int from, int to) {
        Classification judged = statement;
        for (int i = from; i < to; i++) {
            if (tokens.type(i) == Lexer.STRING) {
                String body = LOCAL.matcher(tokens.text(i)).replaceAll("");
                if (SETS.matcher(body).find() || names(setting, body)) {
                    return leaving(statement, Classification.LEAVES_SETTING);
                }
                if (HOLDS.matcher(body).find() || names(holding, body)) {
                    judged = leaving(statement, Classification.LEAVES_OBJECTS);
                }
            }
        }
        return judged;
    }

    private static boolean names(Set<String> routines, String body) {
        String upper = routines.isEmpty() ? "" : body.toUpperCase(Locale.ENGLISH);
        return routines.stream().anyMatch(upper::contains);
    }

    /** What it holds by itself it holds for good, too. */
    private static Classification leaving(Classification statement, String what) {
        boolean already = statement.pins() && what.equals(Classification.LEAVES_OBJECTS);
        return already ? statement : statement.pinning().withArgument(what);
    }
}
