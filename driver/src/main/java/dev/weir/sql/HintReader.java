package dev.weir.sql;

import dev.weir.sql.Hint.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the words of a hint. One that is not understood counts as {@code primary}, which no level forbids, and is warned about
 * once. Thread-safe.
 */
final class HintReader {
    private static final Logger LOG = LoggerFactory.getLogger(HintReader.class);
    private static final Hint PRIMARY = new Hint(Target.PRIMARY, null, null);
    private static final String VALID =
            "strong, session, eventual, primary, replica, max-staleness=DURATION, after=TOKEN";
    private static final int LONGEST_QUOTE = 60;
    private static final int LONGEST_HINT = 500;
    private static final int MOST_HINTS = 256;

    private final Recent<String, Hint> known = new Recent<>(MOST_HINTS);

    /** The hint that stands in a text's leading comments; null if there is none. */
    @Nullable Hint read(Lexer lexer) {
        if (lexer.hints() == 0) {
            return null;
        }
        String words = lexer.hints() > 1 ? "" : lexer.hint();
        if (words.length() > LONGEST_HINT) {
            return PRIMARY;
        }
        Hint hint = known.get(words);
        if (hint == null) {
            hint = words.isBlank() ? refuse("no word, or stands beside another", "") : parse(words);
            known.put(words, hint);
        }
        return hint;
    }

    private static Hint parse(String words) {
        Target target = null;
        Duration maxStaleness = null;
        String after = null;
        for (String word : words.strip().split("[\\s,]+", -1)) {
            int equals = word.indexOf('=');
            String key = (equals < 0 ? word : word.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : word.substring(equals + 1);
            if (key.equals("max-staleness") && maxStaleness == null) {
                Optional<Duration> bound = Durations.parse(value);
                if (bound.isEmpty()) {
                    return refuse("not a duration", word);
                }
                maxStaleness = bound.get();
            } else if (key.equals("after") && after == null && !value.isEmpty()) {
                after = value;
            } else {
                Target named = equals < 0 ? target(key) : null;
                if (named == null) {
                    return refuse("an unknown word", word);
                }
                if (target != null && target != named) {
                    return refuse("two targets", words.strip());
                }
                target = named;
            }
        }
        return new Hint(target, maxStaleness, after);
    }

    private static @Nullable Target target(String key) {
        for (Target target : Target.values()) {
            if (target.name().equalsIgnoreCase(key)) {
                return target;
            }
        }
        return null;
    }

    private static Hint refuse(String what, String where) {
        LOG.warn(
                "A weir hint has {}{}: its statements run on the primary. A hint may say: {}",
                what,
                where.isEmpty() ? "" : ", '" + quote(where) + "'",
                VALID);
        return PRIMARY;
    }

    private static String quote(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= LONGEST_QUOTE ? printable : printable.substring(0, LONGEST_QUOTE) + "...";
    }
}
