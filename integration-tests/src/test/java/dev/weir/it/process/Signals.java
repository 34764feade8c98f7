package dev.weir.it.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Freezes, thaws and kills whole process trees. Thread-safe. */
final class Signals {
    private static final Duration POLL = Duration.ofMillis(10);

    private Signals() {}

    /** Stops the processes below this one from running, those included that they start meanwhile; returns them. */
    static Set<ProcessHandle> freezeBelow(ProcessHandle root) {
        Set<ProcessHandle> frozen = new LinkedHashSet<>();
        while (true) {
            List<ProcessHandle> running =
                    root.descendants().filter(child -> !frozen.contains(child)).toList();
            if (running.isEmpty()) {
                return frozen;
            }
            send("STOP", running);
            frozen.addAll(running);
        }
    }

    /** Ends the processes below this one at once (SIGKILL), without giving them a chance to start others; returns them. */
    static Set<ProcessHandle> killBelow(ProcessHandle root) {
        Set<ProcessHandle> processes = freezeBelow(root);
        processes.forEach(ProcessHandle::destroyForcibly);
        return processes;
    }

    /** Waits until none of the processes runs; tells whether that came about within the limit. */
    static boolean awaitEnd(Collection<ProcessHandle> processes, Duration limit) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(limit)
                    .until(() -> processes.stream().noneMatch(Signals::runs));
            return true;
        } catch (ConditionTimeoutException late) {
            return false;
        }
    }

    /** Whether the process runs: one that has ended but has not been waited for by its parent does not. */
    static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String state = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"), ISO_8859_1);
            return state.charAt(state.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException noProcFileSystem) {
            return process.isAlive();
        } catch (IOException endedMeanwhile) {
            return false;
        }
    }

    /** Sends the signal, named as {@code kill} names it; a process that is gone is passed over. */
    static void send(String signal, Iterable<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "signal=$1; shift; for p; do kill -$signal $p; done; true", "sh", signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        try {
            Commands.Outcome outcome = Commands.run(command);
            if (!outcome.isSuccess()) {
                throw new IOException("Signal " + signal + " was not sent: " + outcome.output());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
