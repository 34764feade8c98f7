package dev.weir.replicator.replica;

import dev.weir.log.Environment;
import dev.weir.log.LogTransaction;
import dev.weir.replicator.replica.ApplyFailure.Remedy;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a replica computes what its primary computes: that both run in the same {@link Environment}. What a primary wrote in another one is not applied, since its texts may mean something else here.
 * Confined to one thread.
 */
final class Handshake {
    private static final String ADVICE =
            "A statement could then give another result here. Run both with the same version of H2 and Java,"
                    + " the same -Duser.language, -Duser.country and ICU4J, and the store with the same settings in its URL";

    private final ReplicaSite site;
    private final Set<UUID> accepted = new HashSet<>();
    private @Nullable Environment own;

    Handshake(ReplicaSite site) {
        this.site = site;
    }

    /**
     * Compares the replica with the primary as it runs now.
     *
     * @param replica what the replica's store is open in; null if there is none yet, so that this JVM alone is compared
     * @throws SQLException 08001 naming all that differs
     */
    void shake(LogSource primary, @Nullable Environment replica) throws SQLException {
        UUID incarnation = primary.incarnation();
        Environment theirs = primary.environment(incarnation)
                .orElseThrow(() -> new SQLException(
                        "the primary does not say which versions, locale and collation it runs with; restart it with this version of Weir",
                        "08001"));
        Environment ours = replica == null ? ofThisJvm(theirs, primary.settings()) : replica;
        List<String> differences = ours.differences(theirs);
        if (!differences.isEmpty()) {
            throw new SQLException(
                    "replica " + site.name() + " and its primary differ: " + String.join("; ", differences) + ". "
                            + ADVICE,
                    "08001");
        }
        own = ours;
        accepted.clear();
        accepted.add(incarnation);
    }

    /** What a store of this JVM would be if it copied the primary. */
    private static Environment ofThisJvm(Environment primary, List<String> settings) throws SQLException {
        String collation = primary.collation();
        try (Connection empty = Sessions.open(
                StoreUrl.parse("jdbc:h2:mem:weir-" + UUID.randomUUID()).withSettings(settings), "SA", "")) {
            if (collation != null) {
                Sessions.execute(empty, "SET COLLATION " + collation);
            }
            return Environment.of(empty);
        }
    }

    /**
     * Makes sure that entries were committed in this environment, too, and not before the primary was opened in it.
     *
     * @throws ApplyFailure at the first that was not
     */
    void require(LogSource primary, List<LogTransaction> entries) throws SQLException, ApplyFailure {
        for (LogTransaction entry : entries) {
            if (!accepted.contains(entry.incarnation())) {
                Environment ours = own;
                Environment theirs = primary.environment(entry.incarnation()).orElse(null);
                if (ours == null || theirs == null || !ours.differences(theirs).isEmpty()) {
                    throw new ApplyFailure(
                            entry.lsn(),
                            Remedy.RESEED,
                            "it was committed when the primary ran "
                                    + (ours == null || theirs == null
                                            ? "in an environment that is not known"
                                            : "in another environment: " + String.join("; ", ours.differences(theirs))),
                            null);
                }
                accepted.add(entry.incarnation());
            }
        }
    }
}
