package dev.weir.replicator.replica;

import dev.weir.replicator.replica.SeedListener.Step;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.StoreUrl;
import java.sql.SQLException;
import java.time.Duration;

/** A process that copies a primary and dies at a step, as of {@code kill -9}: nothing is closed, nothing more is written. */
final class SeedingProcess {
    static final int KILLED = 9;

    private SeedingProcess() {}

    /** Arguments: the primary's URL, password, the replica's URL, its file password or nothing, the step. */
    public static void main(String[] arguments) throws SQLException {
        StoreUrl store = StoreUrl.parse(arguments[2]);
        ReplicaSite site =
                new ReplicaSite("replica-1", store, store.jdbc(), arguments[3].isEmpty() ? null : arguments[3]);
        PrimaryAccess primary = new PrimaryAccess(StoreUrl.parse(arguments[0]), "SA", arguments[1]);
        Step deadly = Step.valueOf(arguments[4]);
        SeedListener listener = new SeedListener() {
            private int parts;

            @Override
            public void progress(SeedProgress progress) {}

            @Override
            public void reached(Step step) {
                if (step == deadly && (step != Step.LOADED_PART || ++parts == 5)) {
                    Runtime.getRuntime().halt(KILLED);
                }
            }
        };
        try (LogSource source = primary.openLog()) {
            ReplicaStore old = ReplicaStore.find(site, null).orElse(null);
            new Seeder(site, primary, listener, Duration.ZERO).seed(source, old);
        }
    }
}
