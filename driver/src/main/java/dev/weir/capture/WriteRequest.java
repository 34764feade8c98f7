package dev.weir.capture;

import dev.weir.forward.ParameterKind;
import dev.weir.forward.RecordedParameters;
import dev.weir.log.Values;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a data modification as the application asked for it. Confined to one connection.
 *
 * <p>Its query timeout needs no care: H2 keeps one for the connection, and setting it makes H2 compile every statement anew.
 *
 * @param parameters what the application has set; null for a statement without parameters
 * @param keys the generated keys it wants
 */
record WriteRequest(String sql, @Nullable RecordedParameters parameters, KeyRequest keys) {
    /** Whether it can be executed twice: streams can be read once. */
    boolean isRepeatable() {
        return parameters == null || !parameters.hasStreams();
    }

    void bind(PreparedStatement target) throws SQLException {
        if (parameters != null) {
            parameters.bindTo(target);
        }
    }

    /**
     * Binds the parameters that follow the first {@code skipped}.
     *
     * @return false if a value among them cannot be bound twice or to another statement
     */
    boolean bindTail(PreparedStatement target, int skipped) throws SQLException {
        List<@Nullable Object> values = loggable();
        if (values == null) {
            return false;
        }
        for (int i = skipped; i < values.size(); i++) {
            Values.bind(target, i - skipped + 1, values.get(i));
        }
        return true;
    }

    /** The parameters in order if each has a form in the log that binds to the same value; else null. */
    @Nullable List<@Nullable Object> loggable() {
        if (parameters == null) {
            return List.of();
        }
        List<@Nullable Object> values = new ArrayList<>(parameters.count());
        for (int i = 1; i <= parameters.count(); i++) {
            ParameterKind kind = parameters.kind(i);
            if (kind == null || !isExact(kind, parameters.value(i))) {
                return null;
            }
            values.add(parameters.value(i));
        }
        return values;
    }

    private static boolean isExact(ParameterKind kind, @Nullable Object value) {
        return switch (kind) {
            case NULL, BOOLEAN, BYTE, SHORT, INT, LONG, FLOAT, DOUBLE, BIG_DECIMAL, STRING, N_STRING, BYTES -> true;
            case OBJECT ->
                value == null
                        || value instanceof Integer
                        || value instanceof Long
                        || value instanceof String
                        || value instanceof UUID
                        || value instanceof Boolean
                        || value instanceof BigDecimal
                        || value instanceof LocalDate
                        || value instanceof LocalDateTime
                        || value instanceof OffsetDateTime
                        || value instanceof LocalTime
                        || value instanceof OffsetTime
                        || value instanceof Double
                        || value instanceof Float
                        || value instanceof Short
                        || value instanceof Byte
                        || value instanceof byte[];
            // Dates of the old classes depend on the JVM's time zone, streams can be read once, the rest has no form.
            default -> false;
        };
    }
}
