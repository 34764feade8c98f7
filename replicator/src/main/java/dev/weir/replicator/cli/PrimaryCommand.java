package dev.weir.replicator.cli;

import dev.weir.replicator.Duty;
import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.source.LogRetention;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.StoreUrl;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves a store as the primary of a cluster. Confined to one thread. */
@Command(
        name = "primary",
        mixinStandardHelpOptions = true,
        description = {
            "Serves an H2 store as the primary of a Weir cluster over H2's TCP server, until it is told to end.",
            "A store that is no primary yet becomes one; its tables stay as they are. When the store is served, a line"
                    + " \"ready url=URL\" appears on standard output. Applications connect to jdbc:weir:h2:tcp://... with the hosts of"
                    + " primary and replicas."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "143, 130:ended in order by SIGTERM, by Ctrl-C",
            "1:the store cannot be opened or the port is taken",
            "2:the command line is wrong"
        })
final class PrimaryCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryCommand.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    /** How often to look for commits, which nobody announces here. */
    private static final Duration FLUSH_INTERVAL = Duration.ofMillis(3);

    @Option(
            names = "--store",
            required = true,
            paramLabel = "PATH",
            description =
                    "The store: a path without .mv.db, or an H2 URL with settings, as in jdbc:h2:./shop;MODE=PostgreSQL.")
    String store = "";

    @Option(names = "--create", description = "Create the store if there is none; --user becomes its administrator.")
    boolean create;

    @Mixin
    Serving serving = new Serving();

    @Mixin
    Retention retention = new Retention();

    @Mixin
    Watching watching = new Watching();

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    private volatile boolean ending;

    @Override
    public Integer call() throws Exception {
        String password = credentials.password();
        serving.claimAddress(password);
        StoreUrl url = Stores.local(store).with("DB_CLOSE_ON_EXIT", "FALSE");
        if (url.kind() == StoreUrl.Kind.FILE && !create && !Files.exists(url.file())) {
            throw new CommandFailure("There is no store " + url.file() + "; add --create to make one");
        }
        TcpService service = new TcpService(serving, Stores.databaseName(url), url);
        Keeper keeper = new Keeper(url, credentials.user, password, retention.limits());
        service.start();
        Runner runner = new Runner("weir-primary", keeper, CHECK_INTERVAL);
        Runner flusher = new Runner("weir-flush", keeper.flush(), FLUSH_INTERVAL);
        runner.start();
        flusher.start();
        PrimaryAccess access = new PrimaryAccess(url, credentials.user, password);
        Watching.Watch watch;
        try {
            watch = watching.start(
                    new RunningCluster(access, List.of()),
                    credentials.user,
                    password,
                    spec.commandLine().getOut(),
                    null);
        } catch (CommandFailure e) {
            end(service, runner, flusher, keeper);
            throw e;
        }
        spec.commandLine().getOut().println("ready url=" + service.url());
        UntilStopped.run(() -> {
            watch.close();
            end(service, runner, flusher, keeper);
        });
        return 0;
    }

    private void end(TcpService service, Runner runner, Runner flusher, Keeper keeper) {
        ending = true;
        service.stop();
        runner.close();
        flusher.close();
        keeper.close();
    }

    /** Holds the store open, and opens it again when an administrator has shut it down. Confined to one thread, but for {@link #flush}. */
    private final class Keeper implements Duty {
        private final StoreUrl url;
        private final String user;
        private final String password;
        private final LogRetention limits;
        private volatile PrimaryStore held;
        private String failure = "";

        Keeper(StoreUrl url, String user, String password, LogRetention limits) throws SQLException {
            this.url = url;
            this.user = user;
            this.password = password;
            this.limits = limits;
            this.held = PrimaryStore.open(url, user, password, limits);
        }

        /** Makes commits durable as long as the store is open; confined to another thread. */
        Duty flush() {
            return new Duty() {
                @Override
                public int work() {
                    try {
                        return held.flush() ? 1 : 0;
                    } catch (SQLException e) {
                        LOG.debug("event=store_not_flushed store={} reason=\"{}\"", url, e.getMessage());
                        return 0;
                    }
                }

                @Override
                public long paceNanos() {
                    return held.flushPauseNanos();
                }
            };
        }

        @Override
        public int work() {
            try {
                if (ending) {
                    return 0;
                }
                if (!held.isOpen()) {
                    LOG.warn("event=store_shut_down store={} action=reopen", url);
                    close();
                    held = PrimaryStore.open(url, user, password, limits);
                }
                held.tend();
                failure = "";
            } catch (SQLException e) {
                // It is tried again each second, and said once.
                String reason = String.valueOf(e.getMessage());
                if (!reason.equals(failure)) {
                    LOG.error("event=store_not_tended store={} reason=\"{}\"", url, reason);
                    failure = reason;
                }
            }
            return 0;
        }

        void close() {
            try {
                held.close();
            } catch (SQLException e) {
                LOG.error("event=store_not_closed store={} reason={}", url, e.getMessage());
            }
        }
    }
}
