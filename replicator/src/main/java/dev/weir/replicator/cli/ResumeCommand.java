package dev.weir.replicator.cli;

import dev.weir.replicator.source.ReplicaOrders;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Has a replica go on after a pause. Confined to one thread. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = {
            "Has a replica that was paused apply entries again. It takes the order within a second or so if it runs."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the order is with the primary",
            "1:the primary cannot be asked, or knows no such replica",
            "2:the command line is wrong"
        })
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    ReplicaOrder order = new ReplicaOrder();

    @Override
    public Integer call() throws Exception {
        order.give((primary, replica) -> ReplicaOrders.pause(primary, replica, false));
        order.confirm("Replica " + order.name + " is to go on; status shows how it goes");
        return 0;
    }
}
