package dev.weir.it.postgres;

import com.github.dockerjava.api.DockerClient;
import org.testcontainers.containers.GenericContainer;

/** A PostgreSQL server in a container whose port on this machine is fixed. Confined to one thread. */
final class PostgresContainer implements PostgresServer {
    private static final int SHUTDOWN_SECONDS = 20;

    private final GenericContainer<?> container;
    private final int port;
    private boolean frozen;

    PostgresContainer(GenericContainer<?> container, int port) {
        this.container = container;
        this.port = port;
    }

    @Override
    public String host() {
        return container.getHost();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void start() {
        if (container.getContainerId() == null) {
            container.start();
        } else if (!isRunning()) {
            docker().startContainerCmd(container.getContainerId()).exec();
        }
    }

    @Override
    public void stop() {
        thaw();
        if (isRunning()) {
            docker().stopContainerCmd(container.getContainerId())
                    .withTimeout(SHUTDOWN_SECONDS)
                    .exec();
        }
    }

    @Override
    public void kill() {
        thaw();
        if (isRunning()) {
            docker().killContainerCmd(container.getContainerId()).exec();
        }
    }

    @Override
    public void freeze() {
        if (isRunning()) {
            docker().pauseContainerCmd(container.getContainerId()).exec();
            frozen = true;
        }
    }

    @Override
    public void thaw() {
        if (frozen) {
            docker().unpauseContainerCmd(container.getContainerId()).exec();
            frozen = false;
        }
    }

    @Override
    public boolean isRunning() {
        return container.getContainerId() != null && container.isRunning();
    }

    @Override
    public String logTail() {
        return container.getContainerId() == null ? "(not started)" : container.getLogs();
    }

    @Override
    public String log() {
        return container.getLogs();
    }

    @Override
    public void close() {
        thaw();
        container.stop();
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }
}
