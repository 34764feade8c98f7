package dev.weir.replicator.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say who connects; a password never stands on the command line. Confined to one thread. */
final class Credentials {
    private static final String VARIABLE = "WEIR_PASSWORD";

    @Option(
            names = "--user",
            defaultValue = "sa",
            paramLabel = "NAME",
            description = "The H2 user, an administrator (default: ${DEFAULT-VALUE}).")
    String user = "";

    @Option(names = "--password-file", paramLabel = "FILE", description = "A file whose first line is the password.")
    @Nullable Path passwordFile;

    @Option(
            names = "--ask-password",
            description = "Ask for the password on the terminal. Without this option and without --password-file the"
                    + " environment variable " + VARIABLE + " is taken, else the empty password.")
    boolean ask;

    private @Nullable String known;

    /** The password from where the options say, which is asked for once. */
    String password() throws CommandFailure {
        String password = known;
        if (password == null) {
            password = find();
            known = password;
        }
        return password;
    }

    private String find() throws CommandFailure {
        if (passwordFile != null) {
            return read(passwordFile);
        }
        if (ask) {
            return prompt();
        }
        String variable = System.getenv(VARIABLE);
        return variable == null ? "" : variable;
    }

    private static String read(Path file) throws CommandFailure {
        try {
            return Files.readAllLines(file).stream().findFirst().orElse("");
        } catch (IOException e) {
            throw new CommandFailure("The password file " + file + " cannot be read: " + CommandFailure.reason(e));
        }
    }

    // Newer JDKs always give a console; without a terminal it reads standard input, which serves as well.
    @SuppressWarnings("SystemConsoleNull")
    private String prompt() throws CommandFailure {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("Password of %s: ", user);
        if (typed == null) {
            throw new CommandFailure("There is no terminal to ask for a password; use --password-file or " + VARIABLE);
        }
        return new String(typed);
    }
}
