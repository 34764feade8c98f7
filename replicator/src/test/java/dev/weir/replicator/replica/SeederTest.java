package dev.weir.replicator.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.replica.SeedListener.Step;
import dev.weir.replicator.replica.SeedProgress.Phase;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
class SeederTest {
    private static final String FILE_PASSWORD = "files";
    private static final int ROWS = 5_000;

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private StoreUrl url;
    private String password = "secret";
    private PrimaryStore primary;
    private LoggedWriter writer;
    private @Nullable Server server;
    private @Nullable Replication replication;

    private void open(String primaryUrl, String withPassword) throws SQLException {
        url = StoreUrl.parse(primaryUrl);
        password = withPassword;
        primary = PrimaryStore.open(url, "SA", password);
        writer = new LoggedWriter(url.jdbc(), "SA", password);
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR, N INT)");
        writer.sql("INSERT INTO T SELECT X, 'value ' || X, X FROM SYSTEM_RANGE(1, " + ROWS + ")", ROWS);
    }

    private void openFile() throws SQLException {
        open("jdbc:h2:" + directory.resolve("shop"), "secret");
    }

    private void openEncrypted() throws SQLException {
        open("jdbc:h2:" + directory.resolve("shop") + ";CIPHER=AES", FILE_PASSWORD + " secret");
    }

    @AfterEach
    void close() throws SQLException {
        stopReplication();
        writer.close();
        primary.close();
        if (server != null) {
            server.stop();
        }
    }

    private void stopReplication() {
        if (replication != null) {
            replication.close();
            replication = null;
        }
    }

    private StoreUrl overTcp() throws SQLException {
        Server started = Server.createTcpServer("-tcpPort", "0", "-ifExists", "-key", "shop", url.location())
                .start();
        server = started;
        StoreUrl tcp = StoreUrl.parse("jdbc:h2:tcp://127.0.0.1:" + started.getPort() + "/shop");
        return url.filePassword(password) == null ? tcp : tcp.encrypted();
    }

    private ReplicaSite site() {
        StoreUrl store = url.kind() == StoreUrl.Kind.FILE
                ? StoreUrl.parse("jdbc:h2:" + directory.resolve("shop-replica-1"))
                : url.sibling("-replica-1");
        return new ReplicaSite("replica-1", store, store.jdbc(), url.filePassword(password));
    }

    private void catchUp(StoreUrl access) throws SQLException {
        Replication following = replication;
        if (following == null) {
            following = new Replication(site(), new PrimaryAccess(access, "SA", password), nanos::get);
            replication = following;
        }
        int idle = 0;
        for (int i = 0; i < 100; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            boolean more = primary.flush();
            idle = following.work() == 0 && !more ? idle + 1 : 0;
            if (idle == 2) {
                assertThat(following.state()).as(following.status().message()).isEqualTo(ReplicaState.STREAMING);
                return;
            }
        }
        throw new AssertionError("Not caught up: " + following.status());
    }

    private void assertEqualStores() throws SQLException {
        StoreUrl store = site().store().with("IFEXISTS", "TRUE");
        try (Connection left = Sessions.open(url, "SA", password);
                Connection right =
                        Sessions.open(site().filePassword() == null ? store : store.encrypted(), "SA", password)) {
            assertThat(StoreComparison.compare(left, right))
                    .isNotEmpty()
                    .allSatisfy(table ->
                            assertThat(table.difference()).as(table.table()).isEmpty());
        }
    }

    /** H2 writes what it has to tell of other databases' connections to whichever trace file is open. */
    private static boolean isOfCopy(Path file) {
        return file.toString().contains("-seed") && !file.toString().endsWith(".trace.db");
    }

    private List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> left = new ArrayList<>();
            for (Path file : files.filter(SeederTest::isOfCopy).toList()) {
                left.add(file.getFileName() + ": " + Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return left;
        }
    }

    private void dieAt(Step step, StoreUrl access) throws Exception {
        ReplicaSite site = site();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SeedingProcess.class.getName(),
                        access.jdbc(),
                        password,
                        site.store().jdbc(),
                        site.filePassword() == null ? "" : site.filePassword(),
                        step.name())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("process.log").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("process.log")))
                .isEqualTo(SeedingProcess.KILLED);
    }

    /** All steps in a longer run, else those around which most is at stake. */
    static Stream<Step> steps() {
        return Integer.getInteger("weir.rounds", 0) > 0
                ? Stream.of(Step.values())
                : Stream.of(Step.COPIED_PART, Step.LOADED_PART, Step.CLOSED);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void shouldEndEqualWhenProcessIsKilledAtEachStepOfItsFirstCopy(Step step) throws Exception {
        openFile();
        StoreUrl access = overTcp();

        dieAt(step, access);
        writer.sql("UPDATE T SET N = 0 WHERE ID = 1", 1);
        catchUp(access);

        assertEqualStores();
        assertThat(leftovers()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"LOADED_PART", "SWAPPED"})
    void shouldEndEqualWhenProcessIsKilledWhileItReplacesAnOldStore(Step step) throws Exception {
        openFile();
        StoreUrl access = overTcp();
        catchUp(access);
        stopReplication();
        writer.run("DELETE FROM WEIR.LOG WHERE LSN < 3").run("COMMIT");
        writer.sql("UPDATE T SET N = 0 WHERE ID = 1", 1);

        dieAt(step, access);
        writer.sql("UPDATE T SET N = 1 WHERE ID = 1", 1);
        catchUp(access);

        assertEqualStores();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldEndEqualAndHideRowsWhenProcessOfEncryptedStoreIsKilled() throws Exception {
        openEncrypted();
        StoreUrl access = overTcp();
        dieAt(Step.LOADED_PART, access);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("value 77");
            }
        }

        catchUp(access);

        assertEqualStores();
        assertThat(leftovers()).isEmpty();
        assertThat(Files.readString(directory.resolve("shop-replica-1.mv.db"), StandardCharsets.ISO_8859_1))
                .startsWith("H2encrypt");
    }

    @Test
    void shouldTakeUpWhatWasLoadedWhenItFailsInTheMiddle() throws Exception {
        openFile();
        PrimaryAccess access = new PrimaryAccess(url, "SA", password);
        List<SeedProgress> told = new ArrayList<>();
        try (LogSource source = access.openLog()) {
            SeedListener failing = new SeedListener() {
                private int parts;

                @Override
                public void progress(SeedProgress progress) {}

                @Override
                public void reached(Step step) {
                    if (step == Step.LOADED_PART && ++parts == 6) {
                        throw new IllegalStateException("enough");
                    }
                }
            };
            assertThatThrownBy(() -> new Seeder(site(), access, failing, Duration.ZERO).seed(source, null))
                    .hasMessage("enough");
            // Nobody may read it a second time.
            writer.run("ALTER TABLE T ADD COLUMN LATER INT").run("COMMIT");

            new Seeder(site(), access, told::add, Duration.ZERO)
                    .seed(source, null)
                    .close();
        }

        assertThat(told).extracting(SeedProgress::phase).containsOnly(Phase.LOADING);
        assertThat(told.get(0).rows()).isGreaterThanOrEqualTo(2_000).isLessThan(ROWS);
        SeedProgress last = told.get(told.size() - 1);
        assertThat(last.rows()).isEqualTo(last.total()).isGreaterThanOrEqualTo(ROWS);
        assertThat(last.left()).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFollowEncryptedPrimaryThroughCrashOfEitherSide(boolean remote) throws Exception {
        openEncrypted();
        catchUp(remote ? overTcp() : url);
        for (int round = 1; round <= 3; round++) {
            writer.sql("UPDATE T SET N = N + 1 WHERE ID = " + round, 1);
            primary.flush();
            if (!remote) {
                ReplicaStore.shutDown(writer.connection());
                primary.close();
                primary = PrimaryStore.open(url, "SA", password);
                writer = new LoggedWriter(url.jdbc(), "SA", password);
                assertThat(Sessions.queryLong(
                                writer.connection(), "SELECT COUNT(*) FROM WEIR.LOG WHERE KIND = 'BARRIER'"))
                        .isZero();
            }
            ReplicaStore.shutDown(ApplierAccount.find(site()).orElseThrow().open(site()));
            writer.sql("UPDATE T SET N = N + 1 WHERE ID = " + round, 1);
            catchUp(url);
            assertEqualStores();
        }
    }

    @Test
    void shouldCopyInMemoryPrimaryOverTcp() throws Exception {
        open("jdbc:h2:mem:" + directory.getFileName(), "secret");
        catchUp(overTcp());
        assertEqualStores();
    }
}
