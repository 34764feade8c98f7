package dev.weir.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of one SQL value. Each value says its own type. Thread-safe.
 *
 * <p>The Java types of logged values: null, Boolean, Byte, Short, Integer, Long, BigDecimal, Float and Double (exact bits), String
 * (also ENUM, INTERVAL, DECFLOAT as text), byte[] (also JSON, GEOMETRY, JAVA_OBJECT and BLOB by their bytes), LocalDate,
 * LocalTime, OffsetTime, LocalDateTime, OffsetDateTime, UUID, {@link ArrayValue}, {@link RowValue}, and {@link LargeValue} for a BLOB or CLOB beyond its limit. Any other is an {@link IllegalArgumentException}.
 */
final class ValueCodec {
    private static final int NULL = 0;
    private static final int FALSE = 1;
    private static final int TRUE = 2;
    private static final int BYTE = 3;
    private static final int SHORT = 4;
    private static final int INT = 5;
    private static final int LONG = 6;
    private static final int DECIMAL = 7;
    private static final int FLOAT = 8;
    private static final int DOUBLE = 9;
    private static final int STRING = 10;
    private static final int BYTES = 11;
    private static final int DATE = 12;
    private static final int TIME = 13;
    private static final int TIME_OFFSET = 14;
    private static final int TIMESTAMP = 15;
    private static final int TIMESTAMP_OFFSET = 16;
    private static final int UUID_VALUE = 17;
    private static final int ARRAY = 18;
    private static final int ROW = 19;
    private static final int LARGE_BYTES = 20;
    private static final int LARGE_TEXT = 21;

    /** About how many bytes a value takes of which nothing else is known. */
    private static final int SMALL = 8;

    private ValueCodec() {}

    static void write(ByteSink out, @Nullable Object value) {
        if (value == null) {
            out.writeByte(NULL);
        } else if (value instanceof Number number) {
            writeNumber(out, number);
        } else if (value instanceof String text) {
            out.writeByte(STRING);
            out.writeString(text);
        } else if (value instanceof byte[] bytes) {
            out.writeByte(BYTES);
            out.writeBytes(bytes);
        } else if (value instanceof Boolean truth) {
            out.writeByte(truth ? TRUE : FALSE);
        } else if (value instanceof UUID uuid) {
            out.writeByte(UUID_VALUE);
            out.writeFixed64(uuid.getMostSignificantBits());
            out.writeFixed64(uuid.getLeastSignificantBits());
        } else if (value instanceof ArrayValue array) {
            out.writeByte(ARRAY);
            writeAll(out, array.elements());
        } else if (value instanceof RowValue row) {
            out.writeByte(ROW);
            writeAll(out, row.fields());
        } else if (value instanceof LargeValue large) {
            writeLarge(out, large);
        } else {
            writeTemporal(out, value);
        }
    }

    static void writeAll(ByteSink out, List<@Nullable Object> values) {
        out.writeVarint(values.size());
        for (Object value : values) {
            write(out, value);
        }
    }

    private static void writeNumber(ByteSink out, Number value) {
        if (value instanceof Integer number) {
            out.writeByte(INT);
            out.writeSigned(number);
        } else if (value instanceof Long number) {
            out.writeByte(LONG);
            out.writeSigned(number);
        } else if (value instanceof BigDecimal number) {
            out.writeByte(DECIMAL);
            out.writeSigned(number.scale());
            out.writeBytes(number.unscaledValue().toByteArray());
        } else if (value instanceof Double number) {
            out.writeByte(DOUBLE);
            out.writeFixed64(Double.doubleToRawLongBits(number));
        } else if (value instanceof Float number) {
            out.writeByte(FLOAT);
            out.writeFixed32(Float.floatToRawIntBits(number));
        } else if (value instanceof Short number) {
            out.writeByte(SHORT);
            out.writeSigned(number);
        } else if (value instanceof Byte number) {
            out.writeByte(BYTE);
            out.writeByte(number);
        } else {
            throw unsupported(value);
        }
    }

    private static void writeTemporal(ByteSink out, Object value) {
        if (value instanceof LocalDate date) {
            out.writeByte(DATE);
            out.writeSigned(date.toEpochDay());
        } else if (value instanceof LocalDateTime timestamp) {
            out.writeByte(TIMESTAMP);
            writeTimestamp(out, timestamp);
        } else if (value instanceof OffsetDateTime timestamp) {
            out.writeByte(TIMESTAMP_OFFSET);
            writeTimestamp(out, timestamp.toLocalDateTime());
            out.writeSigned(timestamp.getOffset().getTotalSeconds());
        } else if (value instanceof LocalTime time) {
            out.writeByte(TIME);
            out.writeVarint(time.toNanoOfDay());
        } else if (value instanceof OffsetTime time) {
            out.writeByte(TIME_OFFSET);
            out.writeVarint(time.toLocalTime().toNanoOfDay());
            out.writeSigned(time.getOffset().getTotalSeconds());
        } else {
            throw unsupported(value);
        }
    }

    private static void writeLarge(ByteSink out, LargeValue value) {
        try {
            if (value instanceof LargeValue.Bytes bytes) {
                out.writeByte(LARGE_BYTES);
                writeSegments(out, bytes);
            } else if (value instanceof LargeValue.Text text) {
                out.writeByte(LARGE_TEXT);
                writeSegments(out, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeSegments(ByteSink out, LargeValue.Bytes value) throws IOException {
        byte[] segment = new byte[LargeValue.SEGMENT];
        try (InputStream in = value.open()) {
            int count;
            do {
                count = in.readNBytes(segment, 0, segment.length);
                out.writeBytes(segment, count);
            } while (count > 0);
        }
    }

    private static void writeSegments(ByteSink out, LargeValue.Text value) throws IOException {
        char[] segment = new char[LargeValue.SEGMENT];
        try (Reader in = value.open()) {
            int count;
            do {
                count = LargeValue.read(in, segment);
                out.writeString(new String(segment, 0, count));
            } while (count > 0);
        }
    }

    /** About how many bytes of memory a row takes, give or take its small values. */
    static long estimate(@Nullable Object[] row) {
        long bytes = 0;
        for (Object value : row) {
            if (value instanceof String text) {
                bytes += text.length();
            } else if (value instanceof byte[] binary) {
                bytes += binary.length;
            } else {
                bytes += SMALL;
            }
        }
        return bytes;
    }

    private static void writeTimestamp(ByteSink out, LocalDateTime timestamp) {
        out.writeSigned(timestamp.toLocalDate().toEpochDay());
        out.writeVarint(timestamp.toLocalTime().toNanoOfDay());
    }

    private static IllegalArgumentException unsupported(Object value) {
        return new IllegalArgumentException(
                "A value of " + value.getClass().getName() + " cannot be written to the log");
    }

    static @Nullable Object read(ByteSource in) {
        int tag = in.readByte();
        return switch (tag) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case BYTE -> (byte) in.readByte();
            case SHORT -> (short) in.readSigned();
            case INT -> (int) in.readSigned();
            case LONG -> in.readSigned();
            case DECIMAL -> {
                int scale = (int) in.readSigned();
                yield new BigDecimal(new BigInteger(in.readBytes()), scale);
            }
            case FLOAT -> Float.intBitsToFloat(in.readFixed32());
            case DOUBLE -> Double.longBitsToDouble(in.readFixed64());
            case STRING -> in.readString();
            case BYTES -> in.readBytes();
            case DATE -> LocalDate.ofEpochDay(in.readSigned());
            case TIME -> LocalTime.ofNanoOfDay(in.readVarint());
            case TIME_OFFSET -> OffsetTime.of(LocalTime.ofNanoOfDay(in.readVarint()), readOffset(in));
            case TIMESTAMP -> readTimestamp(in);
            case TIMESTAMP_OFFSET -> OffsetDateTime.of(readTimestamp(in), readOffset(in));
            case UUID_VALUE -> new UUID(in.readFixed64(), in.readFixed64());
            case ARRAY -> new ArrayValue(readAll(in));
            case ROW -> new RowValue(readAll(in));
            case LARGE_BYTES -> {
                LoggedBytes value = new LoggedBytes(in, in.position());
                LoggedBytes.skip(in);
                yield value;
            }
            case LARGE_TEXT -> {
                LoggedText value = new LoggedText(in, in.position());
                LoggedText.skip(in);
                yield value;
            }
            default -> throw new IllegalArgumentException("Log body has an unknown value tag " + tag);
        };
    }

    static List<@Nullable Object> readAll(ByteSource in) {
        int count = in.readCount();
        List<@Nullable Object> values = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            values.add(read(in));
        }
        return values;
    }

    private static LocalDateTime readTimestamp(ByteSource in) {
        LocalDate date = LocalDate.ofEpochDay(in.readSigned());
        return LocalDateTime.of(date, LocalTime.ofNanoOfDay(in.readVarint()));
    }

    private static ZoneOffset readOffset(ByteSource in) {
        return ZoneOffset.ofTotalSeconds((int) in.readSigned());
    }
}
