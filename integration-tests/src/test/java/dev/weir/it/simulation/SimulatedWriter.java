package dev.weir.it.simulation;

import dev.weir.capture.CapturingConnection;
import dev.weir.it.mix.MixedSchemaChanges;
import dev.weir.it.mix.MixedStatements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An application's session that runs random transactions, one statement a step. Confined to one thread. */
final class SimulatedWriter {
    private static final int MOST_TRIPS = 14;

    private final SimulatedPrimary primary;
    private final Chronicle chronicle;
    private final SplittableRandom random;
    private final MixedStatements statements;
    private final MixedSchemaChanges schemaChanges;
    private @Nullable CutConnection link;
    private @Nullable CapturingConnection connection;
    private long transaction;

    SimulatedWriter(int number, int writers, SimulatedPrimary primary, Chronicle chronicle, SplittableRandom random) {
        this.primary = primary;
        this.chronicle = chronicle;
        this.random = random;
        this.statements = MixedStatements.throughCrashes(random, number, writers);
        this.schemaChanges = new MixedSchemaChanges(random, "X" + number);
    }

    /** Lets the connection be cut in one of its next round trips. */
    void cutSoon() {
        if (link != null) {
            link.cutAt(1 + random.nextInt(MOST_TRIPS), random.nextBoolean());
        }
    }

    /** The next statement, commit or rollback. What fails ends the transaction, or the connection if that is gone. */
    void step() {
        try {
            CapturingConnection open = connection();
            int choice = random.nextInt(20);
            if (transaction == 0) {
                begin(open, choice);
            } else if (choice < 11) {
                statement(open);
            } else if (choice < 18) {
                commit(open);
            } else {
                open.rollback();
                end(true);
            }
        } catch (SQLException e) {
            undo();
        }
    }

    private CapturingConnection connection() throws SQLException {
        CapturingConnection open = connection;
        if (open == null) {
            link = new CutConnection(primary.connect());
            open = primary.capture(link.client());
            connection = open;
        }
        return open;
    }

    private void begin(CapturingConnection open, int choice) throws SQLException {
        if (choice == 0) {
            open.setAutoCommit(true);
            schemaChanges.executeOne(open);
            return;
        }
        boolean alone = choice < 5;
        open.setAutoCommit(alone);
        transaction = chronicle.attempt();
        try (PreparedStatement insert = open.prepareStatement("INSERT INTO LEDGER VALUES (?)")) {
            insert.setLong(1, transaction);
            insert.executeUpdate();
        } catch (SQLException e) {
            end(!isOutcomeUnknown(e));
            throw e;
        }
        if (alone) {
            chronicle.acknowledge(transaction, open.lastCommittedLsn());
            transaction = 0;
        }
    }

    private void statement(CapturingConnection open) throws SQLException {
        try {
            statements.executeOne(open);
        } catch (SQLException e) {
            // A deadlock has undone the whole transaction; after anything else it may go on.
            if (link == null || link.isCut() || "40001".equals(e.getSQLState()) || random.nextBoolean()) {
                throw e;
            }
        }
    }

    private void commit(CapturingConnection open) throws SQLException {
        try {
            open.commit();
        } catch (SQLException e) {
            end(!isOutcomeUnknown(e));
            throw e;
        }
        chronicle.acknowledge(transaction, open.lastCommittedLsn());
        transaction = 0;
    }

    private static boolean isOutcomeUnknown(SQLException e) {
        return "08007".equals(e.getSQLState());
    }

    private void end(boolean refused) {
        if (refused && transaction != 0) {
            chronicle.refuse(transaction);
        }
        transaction = 0;
    }

    private void undo() {
        try {
            end(true);
            if (connection != null) {
                connection.rollback();
            }
        } catch (SQLException gone) {
            abandon();
        }
        if (link != null && link.isCut()) {
            abandon();
        }
    }

    /** Learns that the server is gone, and with it what was open. */
    void lose() {
        if (link != null) {
            link.lose();
        }
        abandon();
    }

    /** Lets go of a connection that is gone. What was open on it is not committed. */
    void abandon() {
        end(true);
        if (link != null) {
            link.cutNow();
        }
        link = null;
        connection = null;
    }
}
