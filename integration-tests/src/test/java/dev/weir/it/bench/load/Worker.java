package dev.weir.it.bench.load;

import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A client at work until it is told to stop. Its figures may be read by any thread. */
final class Worker implements Callable<@Nullable Void> {
    private final Way.Entrance entrance;
    private final Mix mix;
    private final Client client;
    private volatile boolean stopped;
    private volatile Score score = Score.NONE;
    private volatile @Nullable SQLException failure;

    Worker(Way.Entrance entrance, Mix mix, Client client) {
        this.entrance = entrance;
        this.mix = mix;
        this.client = client;
    }

    @Override
    public @Nullable Void call() throws SQLException {
        try (Access access = entrance.access()) {
            Job job = mix.job(access, client);
            while (!stopped) {
                step(job);
            }
        }
        return null;
    }

    private void step(Job job) {
        try {
            if (client.random().nextInt(100) < mix.readsInHundred()) {
                score = score.read(job.read());
            } else {
                job.write();
                score = score.written();
            }
        } catch (SQLException e) {
            failure = e;
            score = score.failed();
        }
    }

    Score score() {
        return score;
    }

    /** The newest failure; null if there was none. */
    @Nullable SQLException failure() {
        return failure;
    }

    void stop() {
        stopped = true;
    }
}
