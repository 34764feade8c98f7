package dev.weir.sql;

import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The routines and relations of a PostgreSQL database, and its DO blocks, that may leave something in the session which uses them, though only
 * their definition shows it. Immutable.
 *
 * @param routines those that are called
 * @param relations tables whose triggers, defaults and the like leave something, and views that do
 */
public record SessionRoutines(SessionEffects routines, SessionEffects relations) {
    /** Nothing is known to leave anything. */
    public static final SessionRoutines NONE = new SessionRoutines(SessionEffects.NONE, SessionEffects.NONE);

    /** What to look for in the text of a DO block, as {@code PostgresCatalog} does in the texts of routines; made when the first is met. */
    private static final class InBlocks {
        private static final Pattern SETS = Pattern.compile(
                "set_config\\s*\\(|\\bsetseed\\b|\\bdiscard\\b"
                        + "|(?:^|[;'$]|\\b(?:begin|then|else|loop|do)\\b)\\s*(?:set|reset)\\s+(?!local\\b|constraints\\b|transaction\\b)",
                Pattern.CASE_INSENSITIVE);

        private static final Pattern LOCAL =
                Pattern.compile("set_config\\s*\\([^()]*,\\s*true\\s*\\)", Pattern.CASE_INSENSITIVE);

        private static final Pattern HOLDS = Pattern.compile(
                "\\btemp(?:orary)?\\b|pg_temp|advisory_lock|\\blisten\\b|\\bprepare\\b|\\bhold\\b",
                Pattern.CASE_INSENSITIVE);
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
        if (routines.isEmpty() && relations.isEmpty()) {
            return statement;
        }
        Classification judged = statement;
        for (int i = from; i < to; i++) {
            if (tokens.isName(i)) {
                boolean isCall = tokens.isSymbol(i + 1, '(');
                String name = tokens.folded(i);
                if ((isCall && routines.setting().contains(name))
                        || relations.setting().contains(name)) {
                    return leaving(statement, Classification.LEAVES_SETTING);
                }
                if ((isCall && routines.holding().contains(name))
                        || relations.holding().contains(name)) {
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
                String body = InBlocks.LOCAL.matcher(tokens.text(i)).replaceAll("");
                if (InBlocks.SETS.matcher(body).find() || names(SessionEffects::setting, body)) {
                    return leaving(statement, Classification.LEAVES_SETTING);
                }
                if (InBlocks.HOLDS.matcher(body).find() || names(SessionEffects::holding, body)) {
                    judged = leaving(statement, Classification.LEAVES_OBJECTS);
                }
            }
        }
        return judged;
    }

    private boolean names(Function<SessionEffects, Set<String>> effect, String body) {
        String upper = body.toUpperCase(Locale.ENGLISH);
        return Stream.of(routines, relations)
                .flatMap(named -> effect.apply(named).stream())
                .anyMatch(upper::contains);
    }

    /** What it holds by itself it holds for good, too. */
    private static Classification leaving(Classification statement, String what) {
        boolean already = statement.pins() && what.equals(Classification.LEAVES_OBJECTS);
        return already ? statement : statement.pinning().withArgument(what);
    }
}
