package dev.weir.replicator.cli;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
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
            PauseCommand.class,
            ResumeCommand.class,
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
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, logLevel(arguments));
        }
        System.exit(execute(commandLine(), System::getenv, arguments));
    }

    /** A server tells what happens to it; a command whose output people read tells what is wrong by itself. */
    private static String logLevel(String... arguments) {
        List<String> words = List.of(arguments);
        if (words.contains("primary") || words.contains("replica")) {
            return "info";
        }
        return words.contains("demo") ? "warn" : "error";
    }

    /** Executes a command, its options from the command line, the environment or the configuration file. */
    static int execute(CommandLine line, UnaryOperator<@Nullable String> environment, String... arguments) {
        try {
            Settings settings = Settings.read(configuration(environment, arguments), line, environment);
            line.setDefaultValueProvider(settings);
            line.setParameterExceptionHandler((exception, given) -> reportUsage(withOrigin(exception, settings)));
        } catch (CommandFailure e) {
            line.getErr().println(e.getMessage());
            return 2;
        }
        return line.execute(arguments);
    }

    /** Says where a wrong value comes from, if it is not from the command line. */
    private static ParameterException withOrigin(ParameterException wrong, Settings settings) {
        String origin = wrong.getArgSpec() == null ? "" : settings.origin(wrong.getArgSpec(), wrong.getValue());
        return origin.isEmpty()
                ? wrong
                : new ParameterException(
                        wrong.getCommandLine(),
                        wrong.getMessage() + origin,
                        wrong,
                        wrong.getArgSpec(),
                        wrong.getValue());
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

    /** One line says what is wrong; the help, which is long, is a command away. */
    private static int reportUsage(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        command.getErr().println(command.getCommandName() + ": " + wrong.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
        command.getErr()
                .println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for what can be given.");
        return CommandFailure.WRONG_USAGE;
    }

    /** A failure that the message explains needs no stack trace. */
    private static IExecutionExceptionHandler reportReason() {
        return (exception, command, result) -> {
            if (exception instanceof CommandFailure failure) {
                command.getErr().println(command.getCommandName() + ": " + failure.getMessage());
                return failure.status();
            }
            if (exception instanceof SQLException failure) {
                command.getErr().println(command.getCommandName() + ": " + Reasons.of(failure));
                return CommandFailure.FAILED;
            }
            throw exception;
        };
    }
}
