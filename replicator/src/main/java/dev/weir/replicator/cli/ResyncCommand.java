package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.ReplicaOrders;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "0:the order is with the primary; with --wait, the replica has its copy and streams",
            "1:the primary cannot be asked, or knows no such replica; with --wait, the replica is silent or has diverged",
            "2:the command line is wrong"
        })
final class ResyncCommand implements Callable<Integer> {
    @Mixin
    ReplicaOrder order = new ReplicaOrder();

    @Option(
            names = "--wait",
            description = "Wait, with a progress bar on a terminal, until the replica has its copy and streams.")
    boolean wait;

    @Option(
            names = "--silence",
            defaultValue = "2m",
            paramLabel = "TIME",
            description =
                    "How long --wait bears with a replica that gives no sign of life (default: ${DEFAULT-VALUE}). The order stands then.")
    Duration silence = Duration.ZERO;

    @Override
    public Integer call() throws Exception {
        PrimaryAccess primary = order.give(ReplicaOrders::resync);
        if (!wait) {
            order.confirm("Replica " + order.name + " is to copy its primary anew; status shows how it goes");
            return 0;
        }
        ResyncWatch.Copied copied;
        try (ProgressBar bar = order.output.progress()) {
            copied = new ResyncWatch(primary, order.name, silence, bar).await();
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("replica", order.name);
        object.put("ordered", true);
        object.put("state", copied.state());
        object.put("lsn", copied.lsn());
        object.put("ms", copied.took().toMillis());
        order.output.print(
                object,
                () -> "Replica " + order.name + " has copied its primary and streams, at entry " + copied.lsn()
                        + " after " + copied.took().toMillis() + " ms");
        return 0;
    }
}
