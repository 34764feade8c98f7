package dev.weir.it.conformance;

import dev.weir.sql.SqlDialect;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One block of {@code call-sequences.txt}, which says what its lines mean. Immutable.
 *
 * @param title its number and what it shows
 * @param steps what to do, in order
 */
record CallSequence(String title, List<Step> steps) {
    private static final String FILE = "call-sequences.txt";
    private static final String ARROW = "->";
    private static final String ONLY = "only ";
    private static final String EVENTUALLY = "eventually ";
    private static final String SECOND = "B: ";

    CallSequence {
        steps = List.copyOf(steps);
    }

    /**
     * One line. Immutable.
     *
     * @param line its number in the file, from 1
     * @param second whether it runs on the second connection
     * @param eventually whether it is repeated until it gives what is expected
     * @param action what is done
     * @param expected what it gives; null if that does not matter
     */
    record Step(
            int line,
            boolean second,
            boolean eventually,
            String action,
            @Nullable String expected) {
        static Step of(int line, String text) {
            int arrow = text.lastIndexOf(ARROW);
            String action = (arrow < 0 ? text : text.substring(0, arrow)).strip();
            String expected =
                    arrow < 0 ? null : text.substring(arrow + ARROW.length()).strip();
            boolean second = action.startsWith(SECOND);
            String plain = second ? action.substring(SECOND.length()) : action;
            boolean eventually = plain.startsWith(EVENTUALLY);
            return new Step(
                    line, second, eventually, eventually ? plain.substring(EVENTUALLY.length()) : plain, expected);
        }

        @Override
        public String toString() {
            return FILE + ":" + line + ": " + action;
        }
    }

    /** The blocks that are for a database, in the order of the file. */
    static List<CallSequence> of(SqlDialect dialect) throws IOException {
        List<CallSequence> sequences = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        boolean meant = true;
        int number = 0;
        for (String raw : text().lines().toList()) {
            number++;
            String line = raw.strip();
            if (line.startsWith("[")) {
                steps = new ArrayList<>();
                meant = true;
                sequences.add(new CallSequence(line, List.of()));
            } else if (line.startsWith(ONLY) && !line.contains(": ")) {
                meant = isFor(line, dialect);
            }
            if (!meant) {
                steps.clear();
            } else if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("[")) {
                add(line, number, dialect, steps);
            }
            if (!sequences.isEmpty()) {
                int last = sequences.size() - 1;
                sequences.set(last, new CallSequence(sequences.get(last).title, steps));
            }
        }
        sequences.removeIf(sequence -> sequence.steps.isEmpty());
        return sequences;
    }

    private static void add(String line, int number, SqlDialect dialect, List<Step> steps) {
        if (!line.startsWith(ONLY)) {
            steps.add(Step.of(number, line));
        } else if (line.contains(": ") && isFor(line, dialect)) {
            steps.add(Step.of(number, line.substring(line.indexOf(": ") + 2).strip()));
        }
    }

    private static boolean isFor(String only, SqlDialect dialect) {
        return only.startsWith(dialect.name().toLowerCase(Locale.ROOT), ONLY.length());
    }

    private static String text() throws IOException {
        try (InputStream file = Objects.requireNonNull(CallSequence.class.getResourceAsStream(FILE), FILE)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public String toString() {
        return title;
    }
}
