package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.ReplicaOrders;
import java.io.PrintWriter;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has a replica copy its primary anew. Confined to one thread. */
@Command(
        name = "resync",
        mixinStandardHelpOptions = true,
        description = {
            "Has a replica copy its primary anew. The order waits at the primary; a replica that runs takes it within a second or so, serves"
                    + " nobody until the copy is done, and says how far it is in its log. status shows SEEDING meanwhile."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the order is with the primary",
            "1:the primary cannot be asked, or knows no such replica",
            "2:the command line is wrong"
        })
final class ResyncCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "URL", description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop.")
    String url = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The replica's name, as status shows it.")
    String name = "";

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrimaryAccess primary = new PrimaryAccess(Stores.parse(url), credentials.user, credentials.password());
        // Refuses what is no primary.
        primary.openLog().close();
        try (Connection connection = primary.openSession()) {
            Map<String, String> known = Replicas.urls(connection);
            if (!known.containsKey(name)) {
                throw Replicas.unknown(name, known);
            }
            ReplicaOrders.resync(connection, name);
        }
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("replica", name);
        object.put("ordered", true);
        out.println(
                json ? Json.of(object) : "Replica " + name + " is to copy its primary anew; status shows how it goes");
        out.flush();
        return 0;
    }
}
