package dev.weir.replicator.cli;

import dev.weir.replicator.monitor.LagLimits;
import dev.weir.replicator.monitor.Thresholds;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say from where on a replica is too far behind. Confined to one thread. */
final class Limits {
    @Option(
            names = "--lag-warning",
            defaultValue = "5s",
            paramLabel = "TIME",
            description = "How far behind a replica may be before it is a warning (default: ${DEFAULT-VALUE}).")
    Duration warning = LagLimits.DEFAULT.warning();

    @Option(
            names = "--lag-critical",
            defaultValue = "15s",
            paramLabel = "TIME",
            description = "How far behind before it is critical (default: ${DEFAULT-VALUE}).")
    Duration critical = LagLimits.DEFAULT.critical();

    @Option(
            names = "--lag-limit",
            paramLabel = "NAME=WARNING:CRITICAL",
            split = ",",
            description = "Other limits for one replica, as in r1=1m:5m. May be given several times.")
    List<String> single = List.of();

    Thresholds thresholds() throws CommandFailure {
        Map<String, LagLimits> others = new LinkedHashMap<>();
        Quantities.OfTime time = new Quantities.OfTime();
        for (String text : single) {
            String[] sides = text.split("=", 2);
            String[] limits = sides.length == 2 ? sides[1].split(":", 2) : new String[0];
            if (limits.length != 2) {
                throw CommandFailure.ofUsage("--lag-limit " + text + " is not NAME=WARNING:CRITICAL, as in r1=1m:5m");
            }
            others.put(sides[0], limits(time.convert(limits[0]), time.convert(limits[1])));
        }
        return Thresholds.DEFAULT.withLag(limits(warning, critical), others);
    }

    private static LagLimits limits(Duration warning, Duration critical) throws CommandFailure {
        try {
            return new LagLimits(warning, critical);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.ofUsage(String.valueOf(e.getMessage()));
        }
    }
}
