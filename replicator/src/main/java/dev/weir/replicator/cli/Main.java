package dev.weir.replicator.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;

/** The commands of weir-replicator.jar. Confined to one thread. */
@Command(
        name = "weir-replicator",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Serves H2 stores as a Weir cluster: one primary, and replicas that are kept equal to it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, PrimaryCommand.class, ReplicaCommand.class, StatusCommand.class},
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

    private Main() {}

    public static void main(String[] arguments) {
        LOGGING.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        // A server tells what happens to it; a command whose output people read speaks up only when something is wrong.
        boolean server = arguments.length > 0 && Set.of("primary", "replica").contains(arguments[0]);
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, server ? "info" : "warn");
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
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
