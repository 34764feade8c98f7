package dev.weir.it.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program that ends when this JVM does, however this JVM ends: a shell between them waits on a pipe that only this JVM holds.
 * Confined to one thread.
 */
public final class WatchedProcess {
    private static final String WATCH =
            "signal=$1; shift; \"$@\" & p=$!; read -r line; kill -CONT $p 2>/dev/null; kill -$signal $p 2>/dev/null; wait $p";
    private static final Duration KILL_LIMIT = Duration.ofSeconds(60);
    private static final int TAIL = 4_000;

    private final Process shell;
    private final Path log;

    private WatchedProcess(Process shell, Path log) {
        this.shell = shell;
        this.log = log;
    }

    /**
     * Starts the program; returns at once.
     *
     * @param environment added to this JVM's own
     * @param lastSignal what ends the program when this JVM is gone, as {@code kill} names it
     * @param log where both of its output streams are appended
     */
    public static WatchedProcess start(
            List<String> program, Map<String, String> environment, String lastSignal, Path log) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WATCH, "sh", lastSignal));
        command.addAll(program);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            return new WatchedProcess(builder.start(), log);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot start " + program.get(0), failure);
        }
    }

    /** Whether the program itself, or anything it started, runs. */
    public boolean isAlive() {
        return shell.descendants().anyMatch(Signals::runs);
    }

    /** The process identifier of the program, which must run. */
    public long pid() {
        return shell.children()
                .filter(Signals::runs)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The program has ended:\n" + logTail()))
                .pid();
    }

    public void freeze() {
        Signals.freezeBelow(shell.toHandle());
    }

    public void thaw() {
        Signals.send("CONT", shell.descendants().toList());
    }

    /** Ends the program and all it started at once; blocks until they are gone. */
    public void kill() {
        Set<ProcessHandle> processes = Signals.killBelow(shell.toHandle());
        release();
        if (!Signals.awaitEnd(processes, KILL_LIMIT)) {
            throw new IllegalStateException("Processes " + processes + " survived SIGKILL for " + KILL_LIMIT);
        }
    }

    /** Sends a signal to the program and waits until it and all it started have ended; kills them after the limit. */
    public void end(String signal, Duration limit) {
        thaw();
        List<ProcessHandle> processes = shell.descendants().toList();
        Signals.send(signal, shell.children().toList());
        if (Signals.awaitEnd(processes, limit)) {
            release();
        } else {
            kill();
        }
    }

    private void release() {
        try {
            shell.getOutputStream().close();
        } catch (IOException pipeAlreadyBroken) {
            shell.destroyForcibly();
        }
        shell.onExit().join();
    }

    /** The newest lines that the program printed. */
    public String logTail() {
        try {
            String text = Files.readString(log, StandardCharsets.UTF_8);
            return text.substring(Math.max(0, text.length() - TAIL));
        } catch (IOException unreadable) {
            return "(log " + log + " cannot be read: " + unreadable.getMessage() + ")";
        }
    }
}
