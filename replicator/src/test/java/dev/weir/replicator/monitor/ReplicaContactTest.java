package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.WeirSchema;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ReplicaContactTest {
    private static final StoreUrl SERVED = StoreUrl.parse("jdbc:h2:tcp://127.0.0.1:9093/shop");
    private static final StoreUrl STORE = StoreUrl.parse("jdbc:h2:mem:contact");

    /** As when the port of one replica was given to another. */
    @Test
    void shouldTakeNoAnswerOfAnotherReplicaForThisOnes() throws SQLException {
        try (Connection store = Sessions.open(STORE, "SA", "");
                ReplicaContact right = contact("r1");
                ReplicaContact wrong = contact("r2")) {
            WeirSchema.createTables(store);
            Sessions.execute(
                    store,
                    "INSERT INTO WEIR.NODE(ID, CLUSTER, NAME, ROLE, FORMAT) VALUES (1, RANDOM_UUID(), 'r1', 'replica', 3)");
            Sessions.execute(
                    store,
                    "INSERT INTO WEIR.CHECKPOINT(ID, LSN, EPOCH, INCARNATION, DIGEST, COMMITTED_AT, APPLIED_AT)"
                            + " VALUES (1, 7, 1, RANDOM_UUID(), 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)");

            assertThat(right.ask(0)).map(ReplicaContact.Answer::appliedLsn).hasValue(7L);
            assertThat(wrong.ask(0)).isEmpty();
        }
    }

    private static ReplicaContact contact(String replica) {
        return new ReplicaContact(replica, SERVED, url -> Sessions.open(STORE, "SA", ""));
    }
}
