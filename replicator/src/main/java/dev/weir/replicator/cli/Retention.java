package dev.weir.replicator.cli;

import dev.weir.replicator.source.LogRetention;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options that say how much of a primary's log is kept. Confined to one thread. */
final class Retention {
    @Option(
            names = "--log-max-size",
            defaultValue = "1g",
            paramLabel = "SIZE",
            converter = Quantities.OfBytes.class,
            description =
                    "Beyond this the log's oldest entries are deleted even if a replica lacks them; that replica is"
                            + " dropped, which is said as an error, and copies the primary anew when it comes back (default: ${DEFAULT-VALUE}).")
    long maxSize;

    @Option(
            names = "--log-max-age",
            defaultValue = "24h",
            paramLabel = "TIME",
            description = "The same for entries that were committed longer ago (default: ${DEFAULT-VALUE}).")
    Duration maxAge = Duration.ZERO;

    @Option(
            names = "--log-keep",
            defaultValue = "10m",
            paramLabel = "TIME",
            description = "For so long entries stay that every replica has (default: ${DEFAULT-VALUE}).")
    Duration keep = Duration.ZERO;

    LogRetention limits() throws CommandFailure {
        if (maxSize < 1) {
            throw CommandFailure.ofUsage("--log-max-size is 0; give 1k or more");
        }
        return new LogRetention(maxSize, maxAge, keep);
    }
}
