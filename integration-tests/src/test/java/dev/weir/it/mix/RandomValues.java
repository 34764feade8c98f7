package dev.weir.it.mix;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Values of every type of H2, as SQL text and as JDBC parameters. Confined to one thread. */
final class RandomValues {
    /**
     * A type with some of its values. Immutable.
     *
     * @param sql its definition
     * @param literals values in SQL
     * @param parameter makes a value for a JDBC parameter
     */
    private record Type(String sql, List<String> literals, Parameter parameter) {}

    /** Makes a value for a parameter. */
    @FunctionalInterface
    private interface Parameter {
        Object of(SplittableRandom random);
    }

    private static final List<Type> TYPES = List.of(
            type("CHAR(5)", r -> text(r, 5), "'ab'", "''"),
            type("VARCHAR(60)", r -> text(r, 60), "'it''s'", "U&'\\+01F600'"),
            type("VARCHAR_IGNORECASE(40)", r -> text(r, 40), "'Ab'", "'aB'"),
            type("CLOB", r -> text(r, 3_000), "REPEAT('long', 200)", "'c'"),
            type("BINARY(3)", r -> bytes(r, 3), "X'00ff'", "X'010203'"),
            type("VARBINARY(90)", r -> bytes(r, 90), "X'00ff'", "X''"),
            type("BLOB", r -> bytes(r, 5_000), "X'00'", "CAST(REPEAT('00ff', 300) AS BLOB)"),
            type("BOOLEAN", SplittableRandom::nextBoolean, "TRUE", "FALSE"),
            type("TINYINT", r -> r.nextInt(-128, 128), "-128", "127"),
            type("SMALLINT", r -> r.nextInt(-32_768, 32_768), "-32768", "32767"),
            type("BIGINT", SplittableRandom::nextLong, "-9223372036854775808", "9223372036854775807"),
            type("NUMERIC(38, 10)", r -> BigDecimal.valueOf(r.nextLong(), 10), "1.10", "-0.0000000001"),
            type("REAL", r -> (float) r.nextDouble(), "0.1", "'NaN'"),
            type("DOUBLE PRECISION", SplittableRandom::nextDouble, "4.9E-324", "'-Infinity'"),
            type("DECFLOAT(34)", r -> BigDecimal.valueOf(r.nextLong(), 3), "1.10", "-1E-6000"),
            type("DATE", r -> LocalDate.ofEpochDay(r.nextInt(-900_000, 900_000)), "DATE '1582-10-10'"),
            type("TIME(9)", r -> LocalTime.ofNanoOfDay(r.nextLong(86_400_000_000_000L)), "TIME '02:30:00'"),
            type("TIME(9) WITH TIME ZONE", r -> "10:00:00.000000001+0" + r.nextInt(10), "'00:00:00-18'"),
            type(
                    "TIMESTAMP(9)",
                    r -> LocalDateTime.ofEpochSecond(r.nextInt(), r.nextInt(1_000_000_000), ZoneOffset.UTC),
                    "TIMESTAMP '2024-03-31 02:30:00.123456789'"),
            type(
                    "TIMESTAMP(9) WITH TIME ZONE",
                    r -> OffsetDateTime.of(
                            LocalDateTime.ofEpochSecond(r.nextInt(), r.nextInt(1_000_000_000), ZoneOffset.UTC),
                            ZoneOffset.ofHours(r.nextInt(-12, 13))),
                    "TIMESTAMP WITH TIME ZONE '2024-10-27 02:30:00 Europe/Berlin'"),
            type(
                    "INTERVAL YEAR TO MONTH",
                    r -> "INTERVAL '" + r.nextInt(99) + "-3' YEAR TO MONTH",
                    "INTERVAL '-1-11' YEAR TO MONTH"),
            type(
                    "INTERVAL DAY(9) TO SECOND(9)",
                    r -> "INTERVAL '" + r.nextInt(99) + " 02:03:04.000000005' DAY TO SECOND",
                    "INTERVAL '-99999 00:00:00' DAY(9) TO SECOND"),
            type("ENUM('small', 'It''s', 'BIG')", r -> r.nextBoolean() ? "small" : "It's", "'BIG'"),
            type("GEOMETRY", r -> "POINT (" + r.nextInt(9) + " 2)", "'SRID=4326;POLYGON ((0 0, 1 0, 1 1, 0 0))'"),
            type("JSON", r -> json(r), "JSON '{\"a\": [1, null, \"x\"]}'", "JSON 'null'"),
            type("UUID", r -> new UUID(r.nextLong(), r.nextLong()), "RANDOM_UUID()"),
            type("INTEGER ARRAY", r -> new Object[] {r.nextInt(), null}, "ARRAY[1, NULL, 3]", "ARRAY[]"),
            type("VARCHAR(9) ARRAY ARRAY", r -> new Object[] {new Object[] {text(r, 9)}}, "ARRAY[ARRAY['a'], ARRAY[]]"),
            type(
                    "ROW(A INTEGER, B VARCHAR(9))",
                    r -> new Object[] {r.nextInt(), "x"},
                    "ROW(1, 'x')",
                    "ROW(NULL, NULL)"));

    private final SplittableRandom random;
    private final int types;

    /**
     * @param rowsToo whether values of type ROW are among them, the last of the types: after a crash, H2 cannot read its undo log if that holds one, and silently drops it, so that the
     *     changes of a transaction that was never committed stay and show to whoever gets its number next
     */
    RandomValues(SplittableRandom random, boolean rowsToo) {
        this.random = random;
        this.types = rowsToo ? TYPES.size() : TYPES.size() - 1;
    }

    private static Type type(String sql, Parameter parameter, String... literals) {
        return new Type(sql, List.of(literals), parameter);
    }

    private static String text(SplittableRandom random, int most) {
        return random.ints(random.nextInt(most + 1), 'A', 'z' + 1)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static byte[] bytes(SplittableRandom random, int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] json(SplittableRandom random) {
        return ("{\"n\": " + random.nextInt() + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The definitions of the columns, V0 and so on, one of each type. */
    static String columns() {
        return IntStream.range(0, TYPES.size())
                .mapToObj(i -> "V" + i + " " + TYPES.get(i).sql())
                .collect(Collectors.joining(", "));
    }

    /** Some columns, in order, by number. */
    int[] someColumns() {
        int[] columns =
                random.ints(1 + random.nextInt(5), 0, types).distinct().sorted().toArray();
        return Arrays.copyOf(columns, columns.length);
    }

    /** A value of a column in SQL. */
    String literal(int column) {
        List<String> literals = TYPES.get(column).literals();
        return random.nextInt(8) == 0 ? "NULL" : literals.get(random.nextInt(literals.size()));
    }

    /** Sets a parameter to a value of a column. */
    void bind(PreparedStatement statement, int parameter, int column) throws SQLException {
        statement.setObject(
                parameter,
                random.nextInt(8) == 0 ? null : TYPES.get(column).parameter().of(random));
    }
}
