package dev.weir.it.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The statements of the driver's conformance file, and of the one that the property {@code weir.conformance} names. */
final class ConformanceFile {
    private static final Path FILE = Path.of("..", "driver/src/test/resources/dev/weir/sql/conformance.tsv");

    private ConformanceFile() {}

    record Row(String rule, String kind, String statement) {
        boolean isRead() {
            return kind.equals("READ");
        }
    }

    /** The rows of a dialect, named {@code h2} or {@code postgresql}. */
    static List<Row> rows(String dialect) throws IOException {
        List<String> lines = new java.util.ArrayList<>(Files.readAllLines(FILE));
        String own = System.getProperty("weir.conformance", "");
        if (!own.isEmpty()) {
            lines.addAll(Files.readAllLines(Path.of(own)));
        }
        return lines.stream()
                .filter(line -> !line.startsWith("#") && !line.startsWith("rule\t") && !line.isEmpty())
                .map(line -> line.split("\t", 6))
                .filter(cells -> cells[1].equals("both") || cells[1].equals(dialect))
                .map(cells -> new Row(cells[0], cells[2], unescape(cells[5])))
                .toList();
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
