package dev.weir.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import dev.weir.replicator.testing.WatchedCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private final Map<String, String> environment = new HashMap<>();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return Main.execute(line, environment::get, arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"demo", "primary", "replica", "status", "verify", "resync", "pause", "resume", "snapshot", "log"
            })
    void shouldDocumentExitStatusWhenHelpIsAsked(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Exit status:").contains("Usage: weir-replicator " + command);
    }

    /** A command line, its exit status, and what the error says. */
    private static final String[][] MISTAKES = {
        {"", "2", "Missing required subcommand", "Try 'weir-replicator --help'"},
        {"statos", "2", "Unmatched argument", "Did you mean: weir-replicator status", "Try 'weir-replicator --help'"},
        {"primary", "2", "primary: Missing required option: '--store=PATH'", "Try 'weir-replicator primary --help'"},
        {"primary --store x --port 99999", "2", "--port is 99999; give 0 to 65535"},
        {"primary --store x --http nowhere:x", "1", "There is no store"},
        {"demo --seconds x", "2", "Invalid value for option '--seconds': 'x' is not an int"},
        {"demo --seconds 0", "2", "must be 1 or more"},
        {"verify", "2", "Missing required parameter: 'URL'"},
        {"verify jdbc:mysql://x", "2", "does not start with jdbc:h2:"},
        {"verify jdbc:h2:./absent", "1", "There is no such database; look at the URL"},
        {"verify jdbc:h2:./absent --load 101", "2", "--load is 101; give 1 to 100"},
        {"log jdbc:h2:./absent --limit 0", "2", "--limit is 0"},
        {"log jdbc:h2:./absent --since soon", "2", "--since soon is no time"},
        {"status jdbc:h2:tcp://127.0.0.1:1/shop", "1", "The primary cannot be asked", "Connection refused"},
        {
            "status jdbc:h2:./absent --password-file none",
            "1",
            "The password file none cannot be read: there is no such file"
        },
        {
            "--config none.yaml status jdbc:h2:./absent",
            "2",
            "The configuration file none.yaml cannot be read: there is no such file"
        },
    };

    @Test
    void shouldSayWhatIsWrongInFewLinesWhenCommandLineIs() {
        for (String[] mistake : MISTAKES) {
            err.getBuffer().setLength(0);
            assertThat(run(mistake[0].isEmpty() ? new String[0] : mistake[0].split(" ")))
                    .as(mistake[0])
                    .isEqualTo(Integer.parseInt(mistake[1]));
            assertThat(err.toString())
                    .as(mistake[0])
                    .contains(List.of(mistake).subList(2, mistake.length))
                    .doesNotContain("\tat ");
            assertThat(err.toString().lines()).as(mistake[0]).hasSizeLessThanOrEqualTo(3);
            assertThat(out.toString()).as(mistake[0]).isEmpty();
        }
    }

    @Test
    void shouldEndWhenAnotherProcessHasTheStoreOpen() throws Exception {
        String url = "jdbc:h2:" + directory.resolve("shop");
        try (PrimaryStore primary = PrimaryStore.open(StoreUrl.parse(url), "sa", "")) {
            String[] copy = {"replica", "--name", "r1", "--primary", url, "--port", "0", "--store"};
            Path store = directory.resolve("r1");
            Files.writeString(directory.resolve("r1.applier"), "secret\n");
            try (FileChannel other = FileChannel.open(
                            Path.of(store + ".mv.db"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = other.lock()) {
                assertThat(lock.isValid()).isTrue();
                List<String> arguments = new ArrayList<>(List.of(copy));
                arguments.add(store.toString());
                assertThat(run(arguments.toArray(String[]::new))).isEqualTo(1);
            }
            assertThat(err.toString())
                    .contains("Replica r1 cannot start: replica:")
                    .contains("already in use");
            assertThat(primary.isOpen()).isTrue();
        }
    }

    @Test
    void shouldSayWhatToDoWhenStoreIsMissing() {
        assertThat(run("primary", "--store", directory.resolve("shop").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("There is no store").contains("--create");
    }

    @Test
    void shouldNotSayThatItIsReadyWhenDashboardsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String http = "127.0.0.1:" + taken.getLocalPort();
            String shop = directory.resolve("shop").toString();
            assertThat(run("primary", "--store", shop, "--create", "--port", "0", "--http", http))
                    .isEqualTo(1);
            assertThat(err.toString()).contains(http).contains("taken");
            assertThat(out.toString()).isEmpty();

            String copy = directory.resolve("copy").toString();
            String url = "jdbc:h2:" + shop;
            try (PrimaryStore primary = PrimaryStore.open(StoreUrl.parse(url), "sa", "")) {
                assertThat(run(
                                "replica",
                                "--name",
                                "r1",
                                "--primary",
                                url,
                                "--store",
                                copy,
                                "--port",
                                "0",
                                "--http",
                                http))
                        .isEqualTo(1);
                assertThat(primary.isOpen()).isTrue();
            }
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void shouldRequirePasswordWhenOthersMayConnect() {
        assertThat(run("primary", "--store", directory.resolve("shop").toString(), "--create", "--bind", "0.0.0.0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("needs a password");
    }

    @Test
    void shouldFailWhenThereIsNoCopyAndPrimaryIsNoCluster() throws Exception {
        String url = "jdbc:h2:mem:plain-" + directory.getFileName();
        Connection plain = Sessions.open(StoreUrl.parse(url), "sa", "");
        try (plain) {
            String store = directory.resolve("r1").toString();
            assertThat(run("replica", "--name", "r1", "--primary", url, "--store", store, "--port", "0"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("Replica r1 cannot start: primary:")
                    .contains("not a Weir cluster");
        }
    }

    @Test
    void shouldShowClusterAsTableAndAsJsonWhenPrimaryAnswers() throws Exception {
        String url = "jdbc:h2:" + directory.resolve("shop");
        try (PrimaryStore primary = PrimaryStore.open(StoreUrl.parse(url), "sa", "")) {
            assertThat(run("status", url)).isZero();
            assertThat(run("status", url, "--json")).isZero();

            assertThat(out.toString())
                    .contains("cluster " + primary.cluster())
                    .contains("primary  primary  epoch 1")
                    .contains("\"primary\":{\"name\":\"primary\",\"url\":")
                    .contains("\"epoch\":1,\"lsn\":0,")
                    .contains("\"replicas\":[],")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void shouldRefuseLimitsThatMakeNoSense() {
        assertThat(run("status", "jdbc:h2:mem:x", "--lag-warning", "soon")).isEqualTo(2);
        assertThat(run("status", "jdbc:h2:mem:x", "--lag-warning", "20s")).isEqualTo(2);
        assertThat(run("status", "jdbc:h2:mem:x", "--lag-limit", "r1=5s")).isEqualTo(2);

        assertThat(err.toString())
                .contains("not a whole number with a unit")
                .contains("must be more than zero and not more than the critical one")
                .contains("is not NAME=WARNING:CRITICAL");
    }

    private Path config(String text) throws IOException {
        return Files.writeString(directory.resolve("weir.yaml"), text);
    }

    @Test
    void shouldTakeCommandLineBeforeEnvironmentBeforeFile() throws Exception {
        String file = config("lag-warning: 1s\nprimary:\n  store: from-file\n  bind: 0.0.0.0\n")
                .toString();
        assertThat(run("--config", file, "primary")).isEqualTo(2);
        assertThat(err.toString()).contains("Listening on 0.0.0.0").contains("needs a password");
        environment.put("WEIR_BIND", "127.0.0.1");
        environment.put("WEIR_STORE", "from-environment");
        assertThat(run("--config=" + file, "primary")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no store").contains("from-environment.mv.db");
        environment.put("WEIR_CONFIG", file);
        assertThat(run("primary", "--store", "from-command-line")).isEqualTo(1);
        assertThat(err.toString()).contains("from-command-line.mv.db");
    }

    @Test
    void shouldNameTheLineWhenConfigurationIsWrong() throws Exception {
        for (String[] wrong : new String[][] {
            {"user: sa\nprimary:\n  prot: 9092\n", "weir.yaml:3: 'prot' is no setting of primary; there are ", "port"},
            {"user: sa\n\nstroe: x\n", "weir.yaml:3: 'stroe' is no setting; there are ", "and the commands "},
            {"primary:\n  port: ninety\n  store: x\n", "Invalid value for option '--port'", "weir.yaml:2)"},
            {"primary: x\n", "weir.yaml:1: below primary its settings must stand", ""},
            {"primary:\n  port: {a: 1}\n", "weir.yaml:2: a value or a list of values must stand here", ""},
            {"primary:\n\tport: 1\n", "weir.yaml:2: this is no YAML", ""}
        }) {
            err.getBuffer().setLength(0);
            assertThat(run("--config", config(wrong[0]).toString(), "primary")).isEqualTo(2);
            assertThat(err.toString()).contains(wrong[1]).contains(wrong[2]);
        }
        environment.put("WEIR_PORT", "none");
        assertThat(run("primary", "--store", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("(from WEIR_PORT)");
    }

    @Test
    void shouldCompleteCommandsAndOptions() {
        assertThat(run("generate-completion")).isZero();
        assertThat(out.toString()).contains("complete -F").contains("replica").contains("--lag-warning");
    }

    @Test
    void shouldNameTheRemedyWhenDatabaseIsNoCluster() throws Exception {
        String url = "jdbc:h2:mem:plain-" + directory.getFileName();
        Connection plain = Sessions.open(StoreUrl.parse(url), "sa", "");
        try (plain) {
            assertThat(run("status", url)).isEqualTo(1);
            assertThat(err.toString()).contains("not a Weir cluster").contains("weir-replicator primary");
        }
    }

    @Test
    void shouldShowLogAndWriteSnapshotOfRunningPrimary() throws Exception {
        String url = "jdbc:h2:" + directory.resolve("shop");
        try (PrimaryStore primary = PrimaryStore.open(StoreUrl.parse(url), "sa", "");
                LoggedWriter writer = new LoggedWriter(url, "sa", "")) {
            writer.ddl("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR)");
            writer.ddl("CREATE TABLE OTHER(ID INT PRIMARY KEY)");
            writer.sql("INSERT INTO ITEM VALUES(1, 'weir')", 1);
            assertThat(run("log", url, "--table", "item", "--text", "weir")).isZero();
            assertThat(out.toString())
                    .startsWith("3  20")
                    .contains("DATA" + System.lineSeparator() + "    INSERT INTO ITEM VALUES(1, 'weir');")
                    .doesNotContain("OTHER");
            assertThat(run("log", url, "--from", "2", "--to", "2", "--json")).isZero();
            assertThat(out.toString())
                    .contains("{\"lsn\":2,")
                    .contains("\"statements\":[\"CREATE TABLE OTHER(ID INT PRIMARY KEY)\"]}");
            assertThat(run("log", url, "--since", "yesterday")).isEqualTo(2);
            assertThat(err.toString()).contains("--since yesterday is no time");

            Path file = directory.resolve("copy.sql.gz");
            assertThat(run("snapshot", url, "--out", file.toString(), "--json")).isZero();
            assertThat(out.toString()).contains("\"lsn\":3,\"rows\":1,");
            assertThat(run("snapshot", url, "--out", file.toString())).isEqualTo(1);
            assertThat(err.toString()).contains("exists already");
            try (Connection copy =
                    Sessions.open(StoreUrl.parse("jdbc:h2:mem:copy-" + directory.getFileName()), "sa", "")) {
                Sessions.execute(copy, "RUNSCRIPT FROM '" + file + "' COMPRESSION GZIP");
                assertThat(Sessions.queryLong(copy, "SELECT COUNT(*) FROM ITEM"))
                        .isEqualTo(1);
                assertThat(Sessions.queryLong(
                                copy, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = 'WEIR'"))
                        .isZero();
            }

            assertThat(run("resync", url, "r9")).isEqualTo(1);
            assertThat(err.toString()).contains("knows no replica named r9; it knows none");
            assertThat(run("pause", url, "r9")).isEqualTo(1);
            assertThat(run("resume", url, "r9", "--json")).isEqualTo(1);
            assertThat(err.toString())
                    .contains("pause: The primary knows no replica", "resume: The primary knows no replica");
            assertThat(run("verify", url)).isEqualTo(1);
            assertThat(err.toString()).contains("The primary knows no replica");
            assertThat(primary.isOpen()).isTrue();
        }
    }

    @Test
    void shouldHaveAReplicaOfAnotherProcessPauseResumeAndCopyAnew() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), WatchedCluster.PASSWORD);
        try (WatchedCluster cluster = new WatchedCluster(directory, 1)) {
            cluster.start();
            try (LoggedWriter writer = cluster.writer()) {
                writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY)");
                writer.sql("INSERT INTO T VALUES(1)", 1);
            }
            awaitState(cluster, "STREAMING", 2);
            String[] target = {cluster.url().jdbc(), "r1", "--password-file", password.toString()};

            assertThat(run(with("pause", target))).isZero();
            assertThat(out.toString()).contains("Replica r1 is to apply nothing until resume");
            awaitState(cluster, "STOPPED", 2);
            try (LoggedWriter writer = cluster.writer()) {
                writer.sql("INSERT INTO T VALUES(2)", 1);
            }
            // A restart does not end the pause.
            cluster.replica("r1").restart();
            awaitState(cluster, "STOPPED", 2);
            assertThat(run(with("resume", target))).isZero();
            awaitState(cluster, "STREAMING", 3);

            cluster.alter("r1", "DELETE FROM T WHERE ID = 1");
            out.getBuffer().setLength(0);
            assertThat(run(with("resync", with("--wait", with("--json", target)))))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString())
                    .startsWith("{\"replica\":\"r1\",\"ordered\":true,\"state\":\"STREAMING\",\"lsn\":3,\"ms\":");
            out.getBuffer().setLength(0);
            assertThat(run("verify", cluster.url().jdbc(), "--password-file", password.toString()))
                    .as(out.toString())
                    .isZero();
            assertThat(out.toString()).contains("2 rows in", "equal");

            cluster.kill("r1");
            assertThat(run(with("resync", with("--wait", with("--silence", with("1s", target))))))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("Replica r1 has given no sign of life for")
                    .contains("(limit 1 s)", "The order stands");
        }
    }

    @Test
    void shouldNotStartWhenThePortIsTaken() throws Exception {
        String url = "jdbc:h2:" + directory.resolve("shop");
        try (PrimaryStore primary = PrimaryStore.open(StoreUrl.parse(url), "sa", "");
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());
            String copy = directory.resolve("r1").toString();
            assertThat(run("replica", "--name", "r1", "--primary", url, "--store", copy, "--port", port))
                    .isEqualTo(1);
            assertThat(run(
                            "primary",
                            "--create",
                            "--store",
                            directory.resolve("new").toString(),
                            "--port",
                            port))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("replica: Port " + port + " of 127.0.0.1 cannot be opened", "primary: Port " + port)
                    .contains("give another --port");
            assertThat(directory.resolve("new.mv.db")).doesNotExist();
            assertThat(primary.isOpen()).isTrue();
        }
    }

    private static String[] with(String first, String... rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(String[]::new);
    }

    private static void awaitState(WatchedCluster cluster, String state, long applied) {
        Awaitility.await(state).atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(cluster.replica("r1").status().state().name()).isEqualTo(state);
            assertThat(cluster.replica("r1").appliedLsn()).isEqualTo(applied);
        });
    }
}
