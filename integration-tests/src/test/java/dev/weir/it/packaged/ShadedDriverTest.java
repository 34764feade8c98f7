package dev.weir.it.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.process.Commands;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The driver as one jar, with nothing beside it on the class path but the target's own driver. */
@Tag("packaged")
@ExtendWith({PostgresExtension.class, H2TcpExtension.class})
final class ShadedDriverTest {
    private static final Path JAR = Path.of(System.getProperty("weir.driver.all", "weir.driver.all is not set"));

    @TempDir
    Path directory;

    @Test
    void shouldHoldNothingThatCouldClashWithTheHostsOwn() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName))
                    .contains("META-INF/services/java.sql.Driver", "dev/weir/WeirDriver.class")
                    .allMatch(name -> name.startsWith("dev/weir/") || name.startsWith("META-INF/"));
        }
    }

    @Test
    void shouldReadFromReplicasOfPostgresql(PostgresCluster cluster) throws Exception {
        String url = cluster.weirUrl();
        probe(
                org.postgresql.Driver.class,
                url.substring(0, url.indexOf('?')),
                PostgresCluster.USER,
                PostgresCluster.PASSWORD);
    }

    @Test
    void shouldReadFromReplicasOfH2(H2TcpCluster cluster) throws Exception {
        probe(org.h2.Driver.class, cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD);
    }

    private void probe(Class<? extends Driver> target, String url, String user, String password)
            throws IOException, URISyntaxException {
        Path program = directory.resolve("Probe.java");
        try (InputStream source = ShadedDriverTest.class.getResourceAsStream("Probe.java")) {
            assertThat(source).isNotNull();
            Files.copy(source, program);
        }
        Path targetJar = Path.of(
                target.getProtectionDomain().getCodeSource().getLocation().toURI());
        Commands.Outcome outcome = Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                JAR + File.pathSeparator + targetJar,
                program.toString(),
                url,
                user,
                password));
        assertThat(outcome.isSuccess()).as(outcome.output()).isTrue();
        assertThat(outcome.output().lines())
                .contains("driver=Weir JDBC driver", "route=read replica", "sum=3")
                .noneMatch(line -> line.contains("SLF4J") || line.contains("Exception"));
    }
}
