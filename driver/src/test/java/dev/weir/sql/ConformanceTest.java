package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the verdicts of {@code conformance.tsv}. */
class ConformanceTest {
    private static final Map<SqlDialect, Classifier> CLASSIFIERS = Map.of(
            SqlDialect.H2, new Classifier(SqlDialect.H2, Set.of()),
            SqlDialect.POSTGRESQL, new Classifier(SqlDialect.POSTGRESQL, Set.of()));

    /** What H2's help calls by other words than the command's. */
    private static final Map<String, String> TOPICS = Map.of(
            "Explicit table", "TABLE",
            "Table value", "VALUES",
            "GRANT RIGHT", "GRANT ON TO",
            "GRANT ROLE", "GRANT R TO",
            "REVOKE RIGHT", "REVOKE ON FROM",
            "REVOKE ROLE", "REVOKE R FROM",
            "SET @", "SET @V");

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

    @Test
    void shouldRecogniseNearlyEveryPlainRead() throws IOException {
        List<Row> plain = read().stream()
                .filter(row -> row.kind == Kind.READ || row.rule.equals("gap"))
                .toList();
        long recognised = plain.stream().filter(row -> row.kind == Kind.READ).count();
        System.out.printf("Offload: %d of %d plain reads may be served by replicas%n", recognised, plain.size());

        assertThat((double) recognised / plain.size()).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void shouldHaveAVerdictOnEveryCommandOfH2() throws SQLException, IOException {
        List<String> commands = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement();
                ResultSet help = statement.executeQuery("HELP")) {
            while (help.next()) {
                if (help.getString("SECTION").startsWith("Commands")) {
                    commands.add(TOPICS.getOrDefault(help.getString("TOPIC"), help.getString("TOPIC")));
                }
            }
        }

        List<Row> rows = read();
        assertThat(commands).hasSizeGreaterThan(100);
        assertThat(commands)
                .filteredOn(command -> !isCovered(command, SqlDialect.H2, rows))
                .isEmpty();
    }

    /** The commands as psql lists them; a new release of PostgreSQL may bring more. */
    @Test
    void shouldHaveAVerdictOnEveryCommandOfPostgres() throws IOException {
        List<String> commands = lines("postgresql-commands.txt").toList();

        List<Row> rows = read();
        assertThat(commands).hasSizeGreaterThan(180);
        assertThat(commands)
                .filteredOn(command -> !isCovered(command, SqlDialect.POSTGRESQL, rows))
                .isEmpty();
    }

    private static boolean isCovered(String command, SqlDialect dialect, List<Row> rows) {
        List<String> words = Arrays.stream(command.toUpperCase(Locale.ROOT).split("\\s+", -1))
                .filter(word -> !word.equals("…") && !word.equals("..."))
                .toList();
        return rows.stream()
                .filter(row -> row.dialect == dialect)
                .map(row -> row.statement.toUpperCase(Locale.ROOT).split("[\\s(]+", -1))
                .anyMatch(statement -> hasInOrder(statement, words));
    }

    /** Whether a statement begins with a command's first word and has the others behind it. */
    private static boolean hasInOrder(String[] statement, List<String> words) {
        if (statement.length == 0 || !statement[0].equals(words.get(0))) {
            return false;
        }
        int found = 0;
        for (String word : statement) {
            if (found < words.size() && word.equals(words.get(found))) {
                found++;
            }
        }
        return found == words.size();
    }

    /** The rows of the file, and of the one that the property {@code weir.conformance} names. */
    static List<Row> read() throws IOException {
        String own = System.getProperty("weir.conformance", "");
        Stream<String> more = own.isEmpty() ? Stream.of() : Files.readAllLines(Path.of(own)).stream();
        return Stream.concat(lines("conformance.tsv"), more)
                .filter(line -> !line.startsWith("#") && !line.startsWith("rule\t") && !line.isEmpty())
                .flatMap(Row::parse)
                .toList();
    }

    private static Stream<String> lines(String resource) throws IOException {
        try (InputStream table = Objects.requireNonNull(ConformanceTest.class.getResourceAsStream(resource))) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8).lines();
        }
    }

    private record Verdict(Kind kind, boolean pins, String reason) {}

    record Row(String rule, SqlDialect dialect, Kind kind, boolean pins, String reason, String statement) {
        static Stream<Row> parse(String line) {
            String[] cells = line.split("\t", 6);
            return dialects(cells[1])
                    .map(dialect -> new Row(
                            cells[0],
                            dialect,
                            Kind.valueOf(cells[2]),
                            cells[3].equals("pins"),
                            cells[4],
                            unescape(cells[5])));
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
