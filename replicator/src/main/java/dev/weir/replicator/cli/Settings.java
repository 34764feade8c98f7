package dev.weir.replicator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The values of options that are not on the command line: from the environment, as in WEIR_LAG_WARNING for --lag-warning, else from a YAML file, whose keys are option names
 * without dashes, at the top for every command that has them or below a command's name. Immutable.
 */
final class Settings implements IDefaultValueProvider {
    private static final String PREFIX = "WEIR_";

    private final @Nullable Path file;
    private final Map<String, Value> values;
    private final UnaryOperator<@Nullable String> environment;

    /** What stands in a line of the file, the first of which is 1. */
    private record Value(String text, int line) {}

    private Settings(@Nullable Path file, Map<String, Value> values, UnaryOperator<@Nullable String> environment) {
        this.file = file;
        this.values = Map.copyOf(values);
        this.environment = environment;
    }

    /**
     * Reads a file, if there is one.
     *
     * @param file null if there is none
     * @param main the commands whose options may stand in it
     * @throws CommandFailure naming the line and what may stand there
     */
    static Settings read(@Nullable Path file, CommandLine main, UnaryOperator<@Nullable String> environment)
            throws CommandFailure {
        if (file == null) {
            return new Settings(null, Map.of(), environment);
        }
        Reader reader = new Reader(file, main);
        try {
            return new Settings(file, reader.read(Files.readString(file)), environment);
        } catch (IOException e) {
            throw new CommandFailure("The configuration file " + file + " cannot be read: " + CommandFailure.reason(e));
        }
    }

    /** Reads one file. Confined to one thread. */
    private static final class Reader {
        private final Path file;
        private final Map<String, CommandLine> commands;
        private final Map<String, Value> values = new LinkedHashMap<>();

        Reader(Path file, CommandLine main) {
            this.file = file;
            this.commands = main.getSubcommands();
        }

        Map<String, Value> read(String text) throws CommandFailure {
            try {
                Node root = new Compose(LoadSettings.builder().build())
                        .composeString(text)
                        .orElse(null);
                if (root instanceof MappingNode top) {
                    readTop(top);
                } else if (root != null) {
                    throw failure(root, "the file must hold names and values, as in \"port: 9092\"");
                }
                return values;
            } catch (MarkedYamlEngineException e) {
                int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
                throw new CommandFailure(file + ":" + line + ": this is no YAML: " + e.getProblem());
            }
        }

        private void readTop(MappingNode top) throws CommandFailure {
            Set<String> everywhere = new TreeSet<>();
            commands.values().forEach(command -> everywhere.addAll(names(command)));
            for (NodeTuple entry : top.getValue()) {
                String key = text(entry.getKeyNode());
                CommandLine command = commands.get(key);
                if (command == null) {
                    put("", key, everywhere, entry);
                } else if (entry.getValueNode() instanceof MappingNode own) {
                    for (NodeTuple setting : own.getValue()) {
                        put(key + "/", text(setting.getKeyNode()), names(command), setting);
                    }
                } else {
                    throw failure(entry.getKeyNode(), "below " + key + " its settings must stand, indented");
                }
            }
        }

        private void put(String scope, String key, Set<String> valid, NodeTuple entry) throws CommandFailure {
            if (!valid.contains(key)) {
                throw failure(
                        entry.getKeyNode(),
                        "'" + key + "' is no setting" + (scope.isEmpty() ? "" : " of " + scope.replace("/", ""))
                                + "; there are " + String.join(", ", valid)
                                + (scope.isEmpty()
                                        ? ", and the commands " + String.join(", ", commands.keySet())
                                        : ""));
            }
            Value value = new Value(text(entry.getValueNode()), line(entry.getValueNode()));
            if (values.put(scope + key, value) != null) {
                throw failure(entry.getKeyNode(), "'" + key + "' stands here for the second time");
            }
        }

        private String text(Node node) throws CommandFailure {
            if (node instanceof ScalarNode scalar) {
                return scalar.getValue();
            }
            if (node instanceof SequenceNode sequence) {
                List<String> parts = new ArrayList<>();
                for (Node part : sequence.getValue()) {
                    parts.add(text(part));
                }
                return String.join(",", parts);
            }
            throw failure(node, "a value or a list of values must stand here");
        }

        private static int line(Node node) {
            return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
        }

        private CommandFailure failure(Node node, String what) {
            return new CommandFailure(file + ":" + line(node) + ": " + what);
        }

        private static Set<String> names(CommandLine command) {
            return command.getCommandSpec().options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp())
                    .map(Settings::name)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^--", "");
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
            return null;
        }
        String variable = environment.apply(variable(option));
        if (variable != null) {
            return variable;
        }
        Value value = inFile(option);
        return value == null ? null : value.text();
    }

    private static String variable(OptionSpec option) {
        return PREFIX + name(option).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private @Nullable Value inFile(OptionSpec option) {
        CommandSpec command = option.command();
        Value own = values.get(command.name() + "/" + name(option));
        return own == null ? values.get(name(option)) : own;
    }

    /** Where the value of an option comes from that is wrong, for messages; empty if it stands on the command line. */
    String origin(ArgSpec argument, @Nullable String value) {
        if (value == null || !(argument instanceof OptionSpec option)) {
            return "";
        }
        if (value.equals(environment.apply(variable(option)))) {
            return " (from " + variable(option) + ")";
        }
        Value found = inFile(option);
        return found != null && found.text().equals(value) ? " (" + file + ":" + found.line() + ")" : "";
    }
}
