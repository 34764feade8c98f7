package dev.weir.replicator.cli;

import dev.weir.replicator.source.ClusterStatus;
import dev.weir.replicator.source.Sessions;
import java.io.PrintWriter;
import java.sql.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a cluster's nodes. Confined to one thread. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Shows the primary and its registered replicas: position, state and lag, as the primary knows them.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:shown", "1:the primary cannot be asked", "2:the command line is wrong"})
final class StatusCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URL", description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop.")
    String url = "";

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ClusterStatus status;
        try (Connection connection =
                Sessions.open(Stores.parse(url).with("IFEXISTS", "TRUE"), credentials.user, credentials.password())) {
            status = ClusterStatus.read(connection);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? StatusText.json(status) : StatusText.table(status));
        out.flush();
        return 0;
    }
}
