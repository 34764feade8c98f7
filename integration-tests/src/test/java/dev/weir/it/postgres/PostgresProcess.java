package dev.weir.it.postgres;

import dev.weir.it.process.Directories;
import dev.weir.it.process.WatchedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server started from its binaries as processes of this machine, on a loopback port. Confined to one thread. */
final class PostgresProcess implements PostgresServer {
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(20);

    private final PostgresBinaries binaries;
    private final Privileges privileges;
    private final Path data;
    private final int port;
    private @Nullable WatchedProcess process;

    PostgresProcess(PostgresBinaries binaries, Privileges privileges, Path data, int port) {
        this.binaries = binaries;
        this.privileges = privileges;
        this.data = data;
        this.port = port;
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void start() {
        if (!isRunning()) {
            process = WatchedProcess.start(
                    privileges.command(binaries.program("postgres"), "-D", data.toString()),
                    Map.of(),
                    "QUIT",
                    logFile());
        }
    }

    @Override
    public void stop() {
        if (process != null) {
            process.end("INT", SHUTDOWN_LIMIT);
            process = null;
        }
    }

    @Override
    public void kill() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    @Override
    public void freeze() {
        if (process != null) {
            process.freeze();
        }
    }

    @Override
    public void thaw() {
        if (process != null) {
            process.thaw();
        }
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public String logTail() {
        return process == null ? "(not running)" : process.logTail();
    }

    @Override
    public String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + logFile(), failure);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Directories.remove(data);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot remove " + data, failure);
        }
    }

    private Path logFile() {
        return data.resolveSibling(data.getFileName() + ".log");
    }
}
