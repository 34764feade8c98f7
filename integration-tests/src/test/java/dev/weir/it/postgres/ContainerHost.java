package dev.weir.it.postgres;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import dev.weir.it.process.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/** A Docker network with a container for each PostgreSQL server; standbys copy the primary when they first start. Confined to one thread. */
final class ContainerHost implements PostgresHost {
    private static final DockerImageName IMAGE = DockerImageName.parse("postgres:18");
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int PORT = 5432;
    private static final String OPEN_REPLICATION =
            "echo 'host replication all all scram-sha-256' >> \"$PGDATA/pg_hba.conf\"\n";
    private static final String COPY_PRIMARY =
            "[ -s \"$PGDATA/PG_VERSION\" ] || until pg_basebackup -d \"$PRIMARY application_name=$STANDBY\" "
                    + "-D \"$PGDATA\" -R -c fast; do rm -rf \"$PGDATA\"; sleep 1; done; exec postgres \"$@\"";

    private final Network network;
    private final List<PostgresNode> nodes = new ArrayList<>();

    private ContainerHost(Network network) {
        this.network = network;
    }

    static ContainerHost create(int standbys) {
        ContainerHost host = new ContainerHost(Network.newNetwork());
        host.add("primary", primary());
        for (int i = 1; i <= standbys; i++) {
            host.add("standby" + i, standby("standby" + i));
        }
        return host;
    }

    private void add(String name, GenericContainer<?> container) {
        int port = Ports.free();
        container
                .withNetwork(network)
                .withNetworkAliases(name)
                .withStartupTimeout(START_LIMIT)
                .withExposedPorts(PORT)
                .withCreateContainerCmdModifier(create -> {
                    HostConfig settings = create.getHostConfig();
                    if (settings != null) {
                        settings.withPortBindings(new PortBinding(Binding.bindPort(port), new ExposedPort(PORT)));
                    }
                });
        nodes.add(new PostgresNode(name, new PostgresContainer(container, port)));
    }

    // The host closes every container.
    @SuppressWarnings("resource")
    private static GenericContainer<?> primary() {
        return new GenericContainer<>(IMAGE)
                .withEnv("POSTGRES_PASSWORD", PostgresCluster.SUPERUSER_PASSWORD)
                .withCopyToContainer(Transferable.of(OPEN_REPLICATION), "/docker-entrypoint-initdb.d/replication.sh")
                .withCommand(command("postgres"));
    }

    // The host closes every container.
    @SuppressWarnings("resource")
    private static GenericContainer<?> standby(String name) {
        return new GenericContainer<>(IMAGE)
                .withEnv(
                        "PRIMARY",
                        "host=primary user=" + PostgresCluster.SUPERUSER + " password="
                                + PostgresCluster.SUPERUSER_PASSWORD)
                .withEnv("STANDBY", name)
                .withCreateContainerCmdModifier(
                        create -> create.withUser("postgres").withEntrypoint("bash", "-c", COPY_PRIMARY))
                .withCommand(command("postgres"));
    }

    private static String[] command(String first) {
        List<String> command = new ArrayList<>(List.of(first));
        for (String setting : PostgresCluster.SETTINGS) {
            command.add("-c");
            command.add(setting);
        }
        return command.toArray(String[]::new);
    }

    @Override
    public List<PostgresNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public void close() {
        network.close();
    }
}
