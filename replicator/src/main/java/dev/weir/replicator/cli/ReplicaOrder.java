package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The parameters of a command that has a replica do something, through its primary, wherever it runs. Confined to one thread. */
final class ReplicaOrder {
    @Mixin
    Target target = new Target();

    @Parameters(index = "1", paramLabel = "NAME", description = "The replica's name, as status shows it.")
    String name = "";

    @Mixin
    Output output = new Output();

    /** Leaves an order with a primary. */
    @FunctionalInterface
    interface Order {
        void give(Connection primary, String replica) throws SQLException;
    }

    /** Leaves the order for the replica, if the primary knows it. */
    PrimaryAccess give(Order order) throws CommandFailure, SQLException {
        PrimaryAccess primary = target.primary();
        try (Connection connection = primary.openSession()) {
            Map<String, String> known = Replicas.urls(connection);
            if (!known.containsKey(name)) {
                throw Replicas.unknown(name, known);
            }
            order.give(connection, name);
        }
        return primary;
    }

    /** Says that the order is with the primary. */
    void confirm(String text) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("replica", name);
        object.put("ordered", true);
        output.print(object, () -> text);
    }
}
