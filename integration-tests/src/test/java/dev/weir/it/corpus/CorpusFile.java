package dev.weir.it.corpus;

import dev.weir.it.corpus.Step.Expected;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of scripts for databases with the same settings. Immutable.
 *
 * <p>{@code @url} gives the settings; {@code == title} begins a script, {@code =~ title} one that stores what differs each time. A statement begins at the start of a line and goes on in lines that are indented. Before it may
 * stand {@code !} if it fails, {@code ~} if what it gives differs each time, {@code %} if it need only succeed, {@code refused (part of the reason):} if Weir refuses it. {@code #} begins a comment.
 */
record CorpusFile(String name, String settings, List<Script> scripts) {
    private static final String REFUSED = "refused (";

    CorpusFile {
        scripts = List.copyOf(scripts);
    }

    /** @param directory where the scripts put files, which they call ${dir} */
    static CorpusFile read(String name, Path directory) {
        try (InputStream file = CorpusFile.class.getResourceAsStream(name + ".txt")) {
            String text = new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
            return parse(name, text.replace("${dir}", directory.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CorpusFile parse(String name, String text) {
        String settings = "";
        List<Script> scripts = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        String title = "";
        boolean exact = true;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.startsWith("@url ")) {
                settings = line.substring("@url ".length()).strip();
            } else if (line.startsWith("== ") || line.startsWith("=~ ")) {
                add(scripts, title, exact, steps);
                title = line.substring(3).strip();
                exact = line.startsWith("== ");
                steps = new ArrayList<>();
            } else if (line.startsWith(" ") && !line.isBlank()) {
                Step last = steps.remove(steps.size() - 1);
                steps.add(new Step(last.line(), last.sql() + "\n" + line, last.expected(), last.reason()));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(step(number, line));
            }
        }
        add(scripts, title, exact, steps);
        return new CorpusFile(name, settings, scripts);
    }

    private static void add(List<Script> scripts, String title, boolean exact, List<Step> steps) {
        if (!steps.isEmpty()) {
            scripts.add(new Script(title, exact, steps));
        }
    }

    private static Step step(int number, String line) {
        if (line.startsWith(REFUSED)) {
            int end = line.indexOf("): ");
            return step(number, line.substring(end + 3), Expected.REFUSED, line.substring(REFUSED.length(), end));
        }
        return switch (line.charAt(0)) {
            case '!' -> step(number, line.substring(1), Expected.FAILS, null);
            case '%' -> step(number, line.substring(1), Expected.SUCCEEDS, null);
            case '~' -> step(number, line.substring(1), Expected.VOLATILE, null);
            default -> step(number, line, Expected.SAME, null);
        };
    }

    private static Step step(int number, String sql, Expected expected, @Nullable String reason) {
        return new Step(number, sql.strip(), expected, reason);
    }

    long statements() {
        return scripts.stream().mapToLong(Script::statements).sum();
    }

    @Override
    public String toString() {
        return name;
    }
}
