package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.process.Commands;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 20 and 22 of the table of hazards: JVMs that give the same texts other results. */
final class EnvironmentHazardsTest {
    /** Reads, defaults and computed columns as well as writes follow the locale of the JVM. */
    private static final List<String> TEXTS = List.of(
            "CREATE TABLE T(ID INTEGER PRIMARY KEY, S VARCHAR(100), D VARCHAR(20) DEFAULT DAYNAME(DATE '2000-01-01'))",
            "INSERT INTO T(ID, S) VALUES (1, FORMATDATETIME(TIMESTAMP '2024-12-30 00:00:00', 'EEEE MMMM'))",
            "INSERT INTO T(ID, S) VALUES (2, UPPER('title') || WEEK(DATE '2024-12-30') || TO_CHAR(1234.5, 'L9G999D99'))",
            "SELECT S || D FROM T ORDER BY ID");

    private static final String OTHER = Locale.getDefault().getLanguage().equals("tr") ? "en" : "tr";

    @TempDir
    Path directory;

    private static Commands.Outcome run(String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.language=" + OTHER,
                "-Duser.country=" + (OTHER.equals("tr") ? "TR" : "US"),
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(arguments);
        return Commands.run(command);
    }

    @Test
    void shouldGiveOtherRowsOnPlainH2WhenTextsAreRepeatedInAnotherLocale() throws Exception {
        Commands.Outcome repeated = run(RepeatMain.class.getName(), TEXTS);

        assertThat(repeated.isSuccess()).as(repeated.output()).isTrue();
        assertThat(repeated.output().lines().toList()).hasSize(2).doesNotContainAnyElementsOf(RepeatMain.run(TEXTS));
    }

    @Test
    void shouldRefuseReplicaWhoseJvmHasAnotherLocale() throws Exception {
        StoreUrl url = StoreUrl.parse("jdbc:h2:mem:locale-primary");
        Server server = Server.createTcpServer("-tcpPort", "0").start();
        try (PrimaryStore primary = PrimaryStore.open(url, "SA", "")) {
            assertThat(primary.isOpen()).isTrue();

            Commands.Outcome refused = run(
                    "dev.weir.replicator.cli.Main",
                    List.of(
                            "replica",
                            "--name",
                            "abroad",
                            "--primary",
                            "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:locale-primary",
                            "--store",
                            directory.resolve("abroad").toString(),
                            "--user",
                            "SA"));

            assertThat(refused.isSuccess()).isFalse();
            assertThat(refused.output())
                    .contains("Replica abroad cannot start:")
                    .contains("replica abroad and its primary differ: locale is ")
                    .contains("-Duser.language");
        } finally {
            server.stop();
        }
        assertThat(directory.resolve("abroad.mv.db")).doesNotExist();
    }
}
