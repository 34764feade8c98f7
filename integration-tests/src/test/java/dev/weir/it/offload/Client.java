package dev.weir.it.offload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** One session that mostly reads, thinks between its statements, and checks that it finds what it has written. Confined to one thread. */
final class Client implements Callable<Client.Score> {
    private static final int WRITES_IN_100 = 5;

    private final DataSource source;
    private final int number;
    private final Shop.Write write;
    private final long thinkNanos;
    private final long untilNanos;
    private final Random random;

    Client(DataSource source, int number, Shop.Write write, long thinkNanos, long untilNanos) {
        this.source = source;
        this.number = number;
        this.write = write;
        this.thinkNanos = thinkNanos;
        this.untilNanos = untilNanos;
        this.random = new Random(number);
    }

    /** What a client has done. Immutable. */
    record Score(long reads, long writes, long misses, long readNanos) {
        Score and(Score other) {
            return new Score(
                    reads + other.reads, writes + other.writes, misses + other.misses, readNanos + other.readNanos);
        }
    }

    @Override
    public Score call() throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement writing = Shop.prepareWrite(connection, write)) {
            PreparedStatement[] reading = new PreparedStatement[Shop.tables()];
            for (int table = 0; table < reading.length; table++) {
                reading[table] = Shop.prepareRead(connection, table);
                reading[table].setInt(1, number);
            }
            writing.setInt(2, number);
            int newest = newestOfAll(connection);
            Score score = new Score(0, 0, 0, 0);
            while (System.nanoTime() - untilNanos < 0) {
                think();
                if (random.nextInt(100) < WRITES_IN_100) {
                    writing.setInt(1, ++newest);
                    writing.executeUpdate();
                    score = score.and(new Score(0, 1, 0, 0));
                } else {
                    int table = random.nextInt(reading.length);
                    long began = System.nanoTime();
                    boolean missed = read(reading[table]) < newest && table == Shop.WRITTEN;
                    score = score.and(new Score(1, 0, missed ? 1 : 0, System.nanoTime() - began));
                }
            }
            return score;
        }
    }

    /** Asks the primary, since another session may have written what a new one need not see. */
    private int newestOfAll(Connection connection) throws SQLException {
        try (PreparedStatement asking = Shop.prepareReadOfPrimary(connection)) {
            asking.setInt(1, number);
            return read(asking);
        }
    }

    private void think() {
        if (thinkNanos > 0) {
            LockSupport.parkNanos((long) (-Math.log(1 - random.nextDouble()) * thinkNanos));
        }
    }

    private static int read(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
