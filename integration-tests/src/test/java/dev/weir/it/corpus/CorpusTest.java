package dev.weir.it.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weir.it.h2.H2EmbeddedCluster;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every data change and schema change of H2's grammar under Weir. */
final class CorpusTest {
    private static final List<String> FILES = List.of(
            "inserts",
            "updates",
            "merges",
            "deletes",
            "types",
            "tables",
            "alters",
            "objects",
            "views",
            "triggers",
            "rights",
            "settings",
            "transactions",
            "names",
            "files",
            "queries",
            "postgresql",
            "mysql",
            "oracle",
            "mssqlserver",
            "legacy");

    @TempDir
    private static Path directory;

    static Stream<CorpusFile> files() {
        String only = System.getProperty("weir.corpus", "");
        return FILES.stream()
                .filter(name ->
                        only.isEmpty() || Arrays.asList(only.split(",", -1)).contains(name))
                .map(name -> CorpusFile.read(name, directory));
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldGiveWhatPlainH2GivesAndKeepReplicasEqual(CorpusFile file) throws SQLException {
        boolean prepared = Boolean.getBoolean("weir.corpus.prepared");
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1, file.settings());
                CorpusRun run = new CorpusRun(file, cluster, prepared)) {
            List<String> problems = run.run();
            if (!problems.isEmpty()) {
                fail(String.join("\n", problems));
            }
        }
    }

    @Test
    void shouldHoldAtLeastSixHundredStatements() {
        assertThat(FILES.stream()
                        .map(name -> CorpusFile.read(name, directory))
                        .mapToLong(CorpusFile::statements)
                        .sum())
                .isGreaterThanOrEqualTo(600);
    }
}
