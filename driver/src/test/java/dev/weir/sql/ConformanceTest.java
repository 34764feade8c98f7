package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the verdicts of {@code conformance.tsv}. */
class ConformanceTest {
    private static final Map<SqlDialect, Classifier> CLASSIFIERS = Map.of(
            SqlDialect.H2, new Classifier(SqlDialect.H2, Set.of()),
            SqlDialect.POSTGRESQL, new Classifier(SqlDialect.POSTGRESQL, Set.of()));

    static Stream<Row> rows() throws IOException {
        return read().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldClassifyAsTheTableSays(Row row) {
        Classification classification =
                Objects.requireNonNull(CLASSIFIERS.get(row.dialect)).classify(row.statement);

        assertThat(new Verdict(classification.kind(), classification.pins(), classification.reason()))
                .isEqualTo(new Verdict(row.kind, row.pins, row.reason));
    }

    static List<Row> read() throws IOException {
        try (InputStream table = Objects.requireNonNull(ConformanceTest.class.getResourceAsStream("conformance.tsv"))) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.startsWith("rule\t"))
                    .flatMap(Row::parse)
                    .toList();
        }
    }

    private record Verdict(Kind kind, boolean pins, String reason) {}

    record Row(SqlDialect dialect, Kind kind, boolean pins, String reason, String statement) {
        static Stream<Row> parse(String line) {
            String[] cells = line.split("\t", 6);
            return dialects(cells[1])
                    .map(dialect -> new Row(
                            dialect, Kind.valueOf(cells[2]), cells[3].equals("pins"), cells[4], unescape(cells[5])));
        }

        private static Stream<SqlDialect> dialects(String cell) {
            return cell.equals("both")
                    ? Arrays.stream(SqlDialect.values())
                    : Stream.of(cell.equals("h2") ? SqlDialect.H2 : SqlDialect.POSTGRESQL);
        }

        private static String unescape(String cell) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < cell.length(); i++) {
                if (cell.charAt(i) != '\\') {
                    text.append(cell.charAt(i));
                } else if (cell.charAt(++i) == 'u') {
                    text.append((char) Integer.parseInt(cell.substring(i + 1, i + 5), 16));
                    i += 4;
                } else {
                    text.append(("\\" + cell.charAt(i)).translateEscapes());
                }
            }
            return text.toString();
        }
    }
}
