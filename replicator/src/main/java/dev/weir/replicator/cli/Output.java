package dev.weir.replicator.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command tells: text for people, or JSON objects for scripts. Confined to one thread. */
final class Output {
    @Option(names = "--json", description = "Print JSON for scripts, one object on a line, instead of text for people.")
    boolean json;

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec = CommandSpec.create();

    /** One object, or the text of one or several lines in its stead. */
    void print(Map<String, ? extends @Nullable Object> object, Supplier<String> text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? Json.of(object) : text.get());
        out.flush();
    }

    /** What is no result. */
    void remark(String text) {
        if (!json) {
            spec.commandLine().getErr().println(text);
        }
    }

    /** A line that tells how far the command is. */
    ProgressBar progress() {
        return new ProgressBar(spec.commandLine().getErr());
    }
}
