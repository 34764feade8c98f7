package dev.weir.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
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

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "primary", "replica", "status"})
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

    @Test
    void shouldNameTheRemedyWhenDatabaseIsNoCluster() throws Exception {
        String url = "jdbc:h2:mem:plain-" + directory.getFileName();
        Connection plain = Sessions.open(StoreUrl.parse(url), "sa", "");
        try (plain) {
            assertThat(run("status", url)).isEqualTo(1);
            assertThat(err.toString()).contains("not a Weir cluster").contains("weir-replicator primary");
        }
    }
}
