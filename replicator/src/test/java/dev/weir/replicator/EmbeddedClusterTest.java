package dev.weir.replicator;

import static org.awaitility.Awaitility.await;

import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedClusterTest {
    @TempDir
    Path directory;

    /** Nobody looks by himself for an hour. */
    @ParameterizedTest
    @ValueSource(strings = {"mem:announced", "file"})
    void shouldShowCommitBeforeRestIsOverWhenItIsAnnounced(String kind) throws SQLException {
        String url =
                "jdbc:h2:" + (kind.equals("file") ? directory.resolve("shop").toString() : kind);
        EmbeddedCluster cluster = EmbeddedCluster.start(StoreUrl.parse(url), "SA", "pw", 2, Duration.ofHours(1));
        try (LoggedWriter writer = new LoggedWriter(url, "SA", "pw")) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY)");
            for (int i = 0; i < 50; i++) {
                long lsn = writer.sql("INSERT INTO T VALUES(" + i + ")", 1);
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        // A flush comes to nothing while sessions are busy, and is tried again with the next commit.
                        .until(() -> {
                            cluster.committed(lsn);
                            return cluster.appliedLsn(1) >= lsn && cluster.appliedLsn(2) >= lsn;
                        });
            }
        } finally {
            cluster.close();
        }
    }
}
