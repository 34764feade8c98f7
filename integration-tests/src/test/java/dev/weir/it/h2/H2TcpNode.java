package dev.weir.it.h2;

import dev.weir.it.process.WatchedProcess;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** One node of an {@link H2TcpCluster} in a JVM of its own, with its fault switches. Confined to one thread. */
public final class H2TcpNode {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(20);
    private static final String MAIN = "dev.weir.replicator.cli.Main";

    private final H2Store store;
    private final Path log;
    private final List<String> command;
    private @Nullable WatchedProcess process;

    H2TcpNode(H2Store store, Path log, Path classes, String... arguments) {
        this.store = store;
        this.log = log;
        this.command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + Integer.getInteger("weir.heap", 384) + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath() + File.pathSeparator + classes,
                MAIN));
        command.addAll(Arrays.asList(arguments));
    }

    /** The class path of this JVM without its own test classes, whose logging settings are not the node's. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    public H2Store store() {
        return store;
    }

    public String name() {
        return store.name();
    }

    /** Starts the node on its store and port, if it does not run, and waits until it serves its data. */
    public void start() {
        begin();
        awaitServing();
    }

    /** Starts the node's JVM, if it does not run; returns at once. */
    public void begin() {
        if (process == null || !process.isAlive()) {
            process = WatchedProcess.start(command, Map.of("WEIR_PASSWORD", store.password()), "KILL", log);
        }
    }

    /** Waits until the node serves its data. */
    public void awaitServing() {
        awaitServing(START_LIMIT);
    }

    /** As {@link #awaitServing()}, for so long at most. */
    public void awaitServing(Duration limit) {
        try {
            Awaitility.await(name())
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(limit)
                    .until(this::serves);
        } catch (ConditionTimeoutException late) {
            throw new IllegalStateException(
                    "Node " + name() + " does not serve after " + limit.toSeconds() + " s:\n" + logTail(), late);
        }
    }

    private boolean serves() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException("Node " + name() + " has ended:\n" + logTail());
        }
        try (Connection connection = store.open()) {
            return store.lsn() >= 0 && connection.isValid(2);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Ends the node's JVM in order (SIGTERM) and waits for its end. */
    public void stop() {
        if (process != null) {
            process.end("TERM", SHUTDOWN_LIMIT);
            process = null;
        }
    }

    /** Ends the node's JVM at once (SIGKILL). */
    public void kill() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    /** Stops the node's JVM from running while its connections stay open. */
    public void freeze() {
        if (process != null) {
            process.freeze();
        }
    }

    public void thaw() {
        if (process != null) {
            process.thaw();
        }
    }

    /** The process identifier of the node's JVM; the node must run. */
    public long pid() {
        if (process == null) {
            throw new IllegalStateException("Node " + name() + " does not run");
        }
        return process.pid();
    }

    public String logTail() {
        return process == null ? "(not running)" : process.logTail();
    }

    @Override
    public String toString() {
        return name();
    }
}
