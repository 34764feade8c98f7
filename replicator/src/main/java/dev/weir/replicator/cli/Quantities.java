package dev.weir.replicator.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations and sizes as the command line gives them: a whole number and a unit. Pure. */
final class Quantities {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([a-z]{0,2})");

    private Quantities() {}

    /** {@code 500ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d}. */
    static final class OfTime implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher parts = parts(text);
            long number = Long.parseLong(parts.group(1));
            return switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default ->
                    throw new TypeConversionException(
                            "'" + text + "' is no duration: give a whole number and ms, s, m, h or d, as in 24h");
            };
        }
    }

    /** Bytes: {@code 500m}, {@code 1g}; units of 1024. */
    static final class OfBytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            Matcher parts = parts(text);
            long number = Long.parseLong(parts.group(1));
            return switch (parts.group(2)) {
                case "k", "kb" -> number << 10;
                case "m", "mb" -> number << 20;
                case "g", "gb" -> number << 30;
                default ->
                    throw new TypeConversionException(
                            "'" + text + "' is no size: give a whole number and k, m or g, as in 500m");
            };
        }
    }

    private static Matcher parts(String text) {
        Matcher parts = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is not a whole number with a unit, as in 24h or 500m");
        }
        return parts;
    }
}
