package dev.weir.it.postgres;

import dev.weir.it.process.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way to run a program as somebody other than root, which PostgreSQL refuses to run as. Immutable.
 *
 * @param prefix what precedes the program on the command line
 * @param owner the user id that has to own the files the program works on; -1 if the present owner may keep them
 */
record Privileges(List<String> prefix, int owner) {
    private static final List<List<String>> WAYS_DOWN = List.of(
            List.of("unshare", "--user", "--"),
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));

    /** Something to be done with dropped privileges that tells whether they suffice. */
    interface Attempt {
        Commands.Outcome run(Privileges privileges) throws IOException;
    }

    /**
     * Tries every way of not being root, in order, until the attempt succeeds.
     *
     * @return the way that worked
     * @throws IOException with what each way answered, if none worked
     */
    static Privileges find(Attempt attempt) throws IOException {
        List<String> failures = new ArrayList<>();
        for (Privileges privileges : candidates(failures)) {
            Commands.Outcome outcome = attempt.run(privileges);
            if (outcome.isSuccess()) {
                return privileges;
            }
            failures.add(privileges.name() + ": " + outcome.output());
        }
        throw new IOException(
                "PostgreSQL does not run as root, and no way of dropping root worked; run the build as an "
                        + "ordinary user, start Docker, or install util-linux. Tried " + String.join("; ", failures));
    }

    private static List<Privileges> candidates(List<String> failures) throws IOException {
        if (ownUser() != 0) {
            return List.of(new Privileges(List.of(), -1));
        }
        List<Privileges> candidates = new ArrayList<>();
        for (List<String> prefix : WAYS_DOWN) {
            List<String> whoami = new ArrayList<>(prefix);
            whoami.addAll(List.of("id", "-u"));
            Commands.Outcome outcome = Commands.run(whoami);
            if (outcome.isSuccess() && outcome.output().matches("[1-9][0-9]*")) {
                boolean sameOwner = prefix.get(0).equals("unshare");
                candidates.add(new Privileges(prefix, sameOwner ? -1 : Integer.parseInt(outcome.output())));
            } else {
                failures.add(String.join(" ", prefix) + ": " + outcome.output());
            }
        }
        return candidates;
    }

    private static int ownUser() throws IOException {
        Path probe = Files.createTempFile("weir-owner", "");
        try {
            return (Integer) Files.getAttribute(probe, "unix:uid");
        } finally {
            Files.delete(probe);
        }
    }

    String name() {
        return prefix.isEmpty() ? "as the present user" : String.join(" ", prefix);
    }

    /** The command line that runs the program with these privileges. */
    List<String> command(String... program) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(program));
        return command;
    }

    /** Gives everything under the directory to the owner that these privileges need. */
    void own(Path directory) throws IOException {
        if (owner < 0) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                if (!Files.isSymbolicLink(file)) {
                    Files.setAttribute(file, "unix:uid", owner);
                }
            }
        }
    }
}
