package dev.weir.it.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.LogReader;
import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement;
import dev.weir.log.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Whether replicas have drawn from a sequence themselves, rather than been told how far the primary may get. Thread-safe. */
public final class SequenceWitness {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private SequenceWitness() {}

    /** Waits until the sequence stands on every replica where the log says; it never does on one that has drawn since. */
    public static void assertNotDrawnOnReplicas(H2Cluster cluster, String sequence) {
        String next = "SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_NAME = '" + sequence + "'";
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            for (H2Store replica : cluster.replicas()) {
                assertThat(replica.number(next))
                        .as("next value of " + sequence + " on " + replica)
                        .isEqualTo(logged(cluster.primary(), sequence));
            }
        });
    }

    /** The newest value that the log sets the sequence to; 1 if it sets none. */
    private static long logged(H2Store primary, String sequence) throws SQLException {
        long next = 1;
        try (Connection connection = primary.open()) {
            for (LogTransaction entry : LogReader.read(connection, Lsn.ZERO, Integer.MAX_VALUE)) {
                for (LoggedStatement statement : entry.statements()) {
                    if (statement instanceof LoggedStatement.Generator generator
                            && generator.name().equals(sequence)) {
                        next = generator.next();
                    }
                }
            }
        }
        return next;
    }
}
