package dev.weir.replicator.cli;

import dev.weir.replicator.source.ReplicaOrders;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Has a replica apply nothing. Confined to one thread. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = {
            "Has a replica apply nothing more until resume; it goes on serving what it has. The order waits at the primary: a replica that runs"
                    + " takes it within a second or so, and one that is started later, too. status shows STOPPED meanwhile. The primary keeps"
                    + " its log for it within the limits of its --log-max options."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the order is with the primary",
            "1:the primary cannot be asked, or knows no such replica",
            "2:the command line is wrong"
        })
final class PauseCommand implements Callable<Integer> {
    @Mixin
    ReplicaOrder order = new ReplicaOrder();

    @Override
    public Integer call() throws Exception {
        order.give((primary, replica) -> ReplicaOrders.pause(primary, replica, true));
        order.confirm("Replica " + order.name + " is to apply nothing until resume; status shows STOPPED when it does");
        return 0;
    }
}
