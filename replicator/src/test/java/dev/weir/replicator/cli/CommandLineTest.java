package dev.weir.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;
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
    @ValueSource(strings = {"demo", "primary", "replica", "status", "verify", "resync", "snapshot", "log"})
    void shouldDocumentExitStatusWhenHelpIsAsked(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Exit status:").contains("Usage: weir-replicator " + command);
    }

    @Test
    void shouldSayWhatToDoWhenStoreIsMissing() {
        assertThat(run("primary", "--store", directory.resolve("shop").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("There is no store").contains("--create");
    }

    @Test
    void shouldRequirePasswordWhenOthersMayConnect() {
        assertThat(run("primary", "--store", directory.resolve("shop").toString(), "--create", "--bind", "0.0.0.0"))
                .isEqualTo(1);
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
        assertThat(run("status", "jdbc:h2:mem:x", "--lag-warning", "20s")).isEqualTo(1);
        assertThat(run("status", "jdbc:h2:mem:x", "--lag-limit", "r1=5s")).isEqualTo(1);

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
        assertThat(run("--config", file, "primary")).isEqualTo(1);
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
            assertThat(run("log", url, "--since", "yesterday")).isEqualTo(1);
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
            assertThat(run("verify", url)).isEqualTo(1);
            assertThat(err.toString()).contains("The primary knows no replica");
            assertThat(primary.isOpen()).isTrue();
        }
    }
}
