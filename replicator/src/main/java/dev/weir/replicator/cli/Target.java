package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import java.sql.SQLException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The parameter and options that name the primary that a command asks. Confined to one thread. */
final class Target {
    @Parameters(index = "0", paramLabel = "URL", description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop.")
    String url = "";

    @Mixin
    Credentials credentials = new Credentials();

    /** The primary, once it has shown that it is one. */
    PrimaryAccess primary() throws CommandFailure, SQLException {
        PrimaryAccess primary = new PrimaryAccess(Stores.parse(url), credentials.user, credentials.password());
        primary.openLog().close();
        return primary;
    }
}
