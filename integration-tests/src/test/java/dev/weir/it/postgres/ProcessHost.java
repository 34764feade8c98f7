package dev.weir.it.postgres;

import dev.weir.it.process.Commands;
import dev.weir.it.process.Directories;
import dev.weir.it.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A temporary directory with server binaries, the data of a primary, and copies of it made standbys. Confined to one thread. */
final class ProcessHost implements PostgresHost {
    private final Path home;
    private final Thread lastResort;
    private final List<PostgresNode> nodes = new ArrayList<>();
    private final List<PostgresServer> servers = new ArrayList<>();

    private ProcessHost(Path home) {
        this.home = home;
        this.lastResort = new Thread(this::closeAtExit, "postgres-cluster-end");
    }

    static ProcessHost create(int standbys) throws IOException {
        Path home = Files.createTempDirectory("weir-postgres");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessHost host = new ProcessHost(home);
        try {
            host.prepare(standbys);
        } catch (IOException | RuntimeException failure) {
            Directories.remove(home);
            throw failure;
        }
        Runtime.getRuntime().addShutdownHook(host.lastResort);
        return host;
    }

    private void prepare(int standbys) throws IOException {
        PostgresBinaries binaries = PostgresBinaries.unpackTo(home.resolve("server"));
        Path password = Files.writeString(home.resolve("superuser"), PostgresCluster.SUPERUSER_PASSWORD);
        Path primary = home.resolve("primary");
        Privileges privileges = Privileges.find(candidate -> initialise(candidate, binaries, primary, password));
        int primaryPort = Ports.free();
        addNode(binaries, privileges, primary, primaryPort);
        for (int i = 1; i <= standbys; i++) {
            Path standby = home.resolve("standby" + i);
            int port = Ports.free();
            Directories.copy(primary, standby);
            Files.createFile(standby.resolve("standby.signal"));
            configure(
                    standby,
                    port,
                    "primary_conninfo = 'host=127.0.0.1 port=" + primaryPort + " user=" + PostgresCluster.SUPERUSER
                            + " password=" + PostgresCluster.SUPERUSER_PASSWORD + " application_name=standby" + i
                            + "'\n");
            addNode(binaries, privileges, standby, port);
        }
        configure(primary, primaryPort, "");
        privileges.own(home);
    }

    private Commands.Outcome initialise(Privileges privileges, PostgresBinaries binaries, Path data, Path password)
            throws IOException {
        Directories.remove(data);
        Files.createDirectory(data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        privileges.own(home);
        return Commands.run(privileges.command(
                binaries.program("initdb"),
                "-D",
                data.toString(),
                "-U",
                PostgresCluster.SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
    }

    private static void configure(Path data, int port, String more) throws IOException {
        StringBuilder settings = new StringBuilder(
                "port = " + port + "\nlisten_addresses = '127.0.0.1'\n" + "unix_socket_directories = ''\n");
        for (String setting : PostgresCluster.SETTINGS) {
            settings.append(setting).append('\n');
        }
        Files.writeString(data.resolve("postgresql.conf"), settings.append(more), StandardOpenOption.APPEND);
    }

    private void addNode(PostgresBinaries binaries, Privileges privileges, Path data, int port) {
        PostgresServer server = new PostgresProcess(binaries, privileges, data, port);
        servers.add(server);
        nodes.add(new PostgresNode(String.valueOf(data.getFileName()), server));
    }

    @Override
    public List<PostgresNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(lastResort);
        } catch (IllegalStateException alreadyShuttingDown) {
            return;
        }
        removeHome();
    }

    private void closeAtExit() {
        servers.forEach(PostgresServer::kill);
        removeHome();
    }

    private void removeHome() {
        try {
            Directories.remove(home);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot remove " + home, failure);
        }
    }
}
