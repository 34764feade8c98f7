package dev.weir.replicator.cli;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.StoreUrl;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Keeps a replica and serves it for reading. Confined to one thread. */
@Command(
        name = "replica",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps a copy of a primary equal to it, and serves it for reading over H2's TCP server, until it is told to end.",
            "A copy of an encrypted store (CIPHER=AES in --primary, \"file password, space, user password\" as the password) is encrypted with"
                    + " the same file password.",
            "An absent store is copied from the running primary; one whose history is not the primary's is copied anew. Users and passwords are"
                    + " the primary's; nobody can write. The database is served under the name in --primary, so that one URL can list all"
                    + " hosts. When the copy is served, a line \"ready url=URL\" appears on standard output."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "143, 130:ended in order by SIGTERM, by Ctrl-C",
            "1:there is no copy yet and none can be made from this primary, or the port is taken; an unreachable primary is waited"
                    + " for",
            "2:the command line is wrong"
        })
final class ReplicaCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaCommand.class);
    private static final Duration REST = Duration.ofMillis(3);

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "The replica's name, unique in its cluster.")
    String name = "";

    @Option(
            names = "--primary",
            required = true,
            paramLabel = "URL",
            description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop; --user is an administrator there.")
    String primary = "";

    @Option(
            names = "--store",
            required = true,
            paramLabel = "PATH",
            description = "Where the copy is kept: a path without .mv.db.")
    String store = "";

    @Mixin
    Serving serving = new Serving();

    @Mixin
    Watching watching = new Watching();

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        String password = credentials.password();
        serving.claimAddress(password);
        StoreUrl own = Stores.local(store);
        StoreUrl source = Stores.parse(primary);
        TcpService service = new TcpService(serving, Stores.databaseName(source), own);
        PrimaryAccess access = new PrimaryAccess(source, credentials.user, password);
        Replication replication = new Replication(
                new ReplicaSite(name, own, service.url(), source.filePassword(password)), access, System::nanoTime);
        replication.work();
        if (replication.isHopeless() && replication.appliedLsn() < 0) {
            String reason = replication.status().message();
            replication.close();
            throw new CommandFailure("Replica " + name + " cannot start: " + reason);
        }
        Announced announced = new Announced(service, replication);
        announced.adjust();
        LocalReplica replica = new LocalReplica(replication, announced::work, REST);
        replica.start();
        Watching.Watch watch;
        try {
            watch = watching.start(
                    new RunningCluster(access, List.of(replica)),
                    credentials.user,
                    password,
                    spec.commandLine().getOut(),
                    null);
        } catch (CommandFailure e) {
            replica.close();
            service.stop();
            throw e;
        }
        announced.open();
        UntilStopped.run(() -> {
            watch.close();
            replica.close();
            service.stop();
        });
        return 0;
    }

    /** Serves the replica as long as it may be read. Confined to one thread at a time, but for {@link #open}. */
    private final class Announced {
        private final TcpService service;
        private final Replication replication;
        private final AtomicBoolean announced = new AtomicBoolean();
        private volatile boolean open;
        private String refusal = "";

        Announced(TcpService service, Replication replication) {
            this.service = service;
            this.replication = replication;
        }

        int work() {
            int done = replication.work();
            try {
                adjust();
                refusal = "";
            } catch (SQLException | CommandFailure e) {
                // It is tried again in every round, and said once.
                String reason = String.valueOf(e.getMessage());
                if (!reason.equals(refusal)) {
                    LOG.error("event=not_served replica={} reason=\"{}\"", name, reason);
                    refusal = reason;
                }
            }
            return done;
        }

        /** Says, now or as soon as it is so, that the replica is served. */
        void open() {
            open = true;
            announce();
        }

        private void announce() {
            if (open && service.isRunning() && announced.compareAndSet(false, true)) {
                spec.commandLine().getOut().println("ready url=" + service.url());
            }
        }

        void adjust() throws SQLException, CommandFailure {
            boolean readable = replication.appliedLsn() >= 0;
            if (readable && !service.isRunning()) {
                service.start();
                announce();
            } else if (!readable && service.isRunning()) {
                service.stop();
            }
        }
    }
}
