package dev.weir.replicator.cli;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The commands of weir-replicator.jar. Confined to one thread. */
@Command(
        name = "weir-replicator",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Serves H2 stores as a Weir cluster: one primary, and replicas that are kept equal to it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            PrimaryCommand.class,
            ReplicaCommand.class,
            StatusCommand.class,
            VerifyCommand.class,
            ResyncCommand.class,
            SnapshotCommand.class,
            LogCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footerHeading = "%nConfiguration:%n",
        footer = {
            "Options that are not on the command line are taken from the environment, as WEIR_LAG_WARNING for --lag-warning, else from"
                    + " the file of --config."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the reason is on standard error",
            "2:the command line is wrong",
            "143, 130:a server was ended in order by SIGTERM, by Ctrl-C"
        })
public final class Main {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";
    private static final Map<String, String> LOGGING = Map.of(
            "org.slf4j.simpleLogger.logFile", "System.err",
            "org.slf4j.simpleLogger.showDateTime", "true",
            "org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "org.slf4j.simpleLogger.showThreadName", "false",
            "org.slf4j.simpleLogger.showLogName", "false",
            "org.slf4j.simpleLogger.log.com.zaxxer.hikari", "warn",
            "org.slf4j.simpleLogger.log.io.javalin", "warn",
            "org.slf4j.simpleLogger.log.org.eclipse.jetty", "warn");

    private static final String CONFIG = "--config";

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description =
                    "Take options from this YAML file: names without dashes, at the top for all commands or below the name of"
                            + " one. Stands before COMMAND; without it, the environment variable WEIR_CONFIG is taken.")
    @Nullable Path config;

    private Main() {}

    public static void main(String[] arguments) {
        LOGGING.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        // A server tells what happens to it; a command whose output people read speaks up only when something is wrong.
        boolean server = Arrays.stream(arguments).anyMatch(Set.of("primary", "replica")::contains);
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, server ? "info" : "warn");
        }
        System.exit(execute(commandLine(), System::getenv, arguments));
    }

    /** Executes a command, its options from the command line, the environment or the configuration file. */
    static int execute(CommandLine line, UnaryOperator<@Nullable String> environment, String... arguments) {
        try {
            Settings settings = Settings.read(configuration(environment, arguments), line, environment);
            line.setDefaultValueProvider(settings);
            IParameterExceptionHandler usual = line.getParameterExceptionHandler();
            line.setParameterExceptionHandler((exception, given) -> usual.handleParseException(
                    new ParameterException(
                            exception.getCommandLine(),
                            exception.getMessage() + settings.origin(exception.getArgSpec(), exception.getValue()),
                            exception,
                            exception.getArgSpec(),
                            exception.getValue()),
                    given));
        } catch (CommandFailure e) {
            line.getErr().println(e.getMessage());
            return 2;
        }
        return line.execute(arguments);
    }

    /** The file must be known before anything is parsed. */
    private static @Nullable Path configuration(UnaryOperator<@Nullable String> environment, String... arguments) {
        for (int i = 0; i < arguments.length && arguments[i].startsWith("-"); i++) {
            if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
                return Path.of(arguments[i + 1]);
            }
            if (arguments[i].startsWith(CONFIG + "=")) {
                return Path.of(arguments[i].substring(CONFIG.length() + 1));
            }
        }
        String variable = environment.apply("WEIR_CONFIG");
        return variable == null ? null : Path.of(variable);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, new Quantities.OfTime())
                .setExecutionExceptionHandler(reportReason())
                .setUsageHelpWidth(100);
    }

    /** A failure that the message explains needs no stack trace. */
    private static IExecutionExceptionHandler reportReason() {
        return (exception, command, result) -> {
            if (!(exception instanceof SQLException) && !(exception instanceof CommandFailure)) {
                throw exception;
            }
            command.getErr().println(command.getCommandName() + ": " + exception.getMessage());
            return 1;
        };
    }
}
