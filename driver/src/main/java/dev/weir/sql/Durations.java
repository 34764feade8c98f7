package dev.weir.sql;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The text form of durations in properties and hints: a whole number and a unit, {@code ms}, {@code s}, {@code m} or {@code h}. */
public final class Durations {
    private static final int MOST_DIGITS = 12;

    private Durations() {}

    /** The duration that the text names, in any letter case; empty if it names none. */
    public static Optional<Duration> parse(String text) {
        String stripped = text.strip();
        int digits = 0;
        while (digits < stripped.length() && Letters.isDigit(stripped.charAt(digits))) {
            digits++;
        }
        if (digits == 0 || digits > MOST_DIGITS) {
            return Optional.empty();
        }
        long number = Long.parseLong(stripped.substring(0, digits));
        return switch (stripped.substring(digits).strip().toLowerCase(Locale.ROOT)) {
            case "ms" -> Optional.of(Duration.ofMillis(number));
            case "s" -> Optional.of(Duration.ofSeconds(number));
            case "m" -> Optional.of(Duration.ofMinutes(number));
            case "h" -> Optional.of(Duration.ofHours(number));
            default -> Optional.empty();
        };
    }
}
