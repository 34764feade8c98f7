package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.EmbeddedPositions;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads at level session while a commit is under way on an embedded replica, which may show it before its position tells of it. */
class CommitWaitTest {
    private static final Classification READ =
            new Classification(Kind.READ, "read", null, false, false, false, null, null, null);

    private EmbeddedPositions positions;
    private Routing routing;
    private RoutingSession session;

    @BeforeEach
    void open() throws SQLException {
        positions = new EmbeddedPositions();
        routing = new Routing(positions.cluster(), RoutingSettings.DEFAULT.withSessionScope(SessionScope.CONNECTION));
        session = routing.newSession();
        positions.stopClock();
    }

    @AfterEach
    void close() {
        positions.cluster().closeNow();
    }

    /** A read that sees, as far as anyone can tell, what is being committed. */
    private void readDuringCommit(long lsn) throws SQLException {
        Route route = routing.route(READ, session);
        assertThat(route.target().index()).isEqualTo(1);
        positions.beginCommit(lsn);
        routing.readCompleted(route, session);
    }

    @Test
    void shouldStayOnReplicaThatIsAboutToHaveWhatItShowed() throws SQLException {
        readDuringCommit(5);
        positions.endCommitWhenAsked(20);

        Route next = routing.route(READ, session);

        assertThat(next.reason()).isEqualTo(Reason.CAUGHT_UP);
        assertThat(next.target().index()).isEqualTo(1);
        assertThat(positions.appliedLsn(1)).isEqualTo(5);
    }

    @Test
    void shouldNotWaitForWhatNoReplicaIsCommitting() throws SQLException {
        readDuringCommit(5);
        session.clock().see(1, 6);

        Route next = routing.route(READ, session);

        assertThat(next.reason()).isEqualTo(Reason.BEHIND_SESSION);
        assertThat(next.target().index()).isZero();
    }
}
