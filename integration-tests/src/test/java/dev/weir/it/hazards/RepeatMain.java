package dev.weir.it.hazards;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Executes texts in an empty database of its own JVM and prints what the query that comes last gives, a row on a line, in ASCII. */
final class RepeatMain {
    private RepeatMain() {}

    public static void main(String[] texts) throws SQLException {
        run(List.of(texts)).forEach(System.out::println);
    }

    /** The rows that the last text gives. */
    static List<String> run(List<String> texts) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:", "sa", "");
                Statement statement = connection.createStatement()) {
            for (String text : texts.subList(0, texts.size() - 1)) {
                statement.execute(text);
            }
            try (ResultSet result = statement.executeQuery(texts.get(texts.size() - 1))) {
                while (result.next()) {
                    rows.add(ascii(result.getString(1)));
                }
            }
        }
        return rows;
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        text.chars().forEach(c -> ascii.append(c < 128 ? Character.toString(c) : "\\u" + Integer.toHexString(c)));
        return ascii.toString();
    }
}
