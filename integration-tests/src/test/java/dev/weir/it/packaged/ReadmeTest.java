package dev.weir.it.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.process.Commands;
import dev.weir.it.process.Ports;
import dev.weir.it.process.WatchedProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's commands, its Java example and its table of versions, as they stand there. */
@Tag("packaged")
final class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root", "weir.root is not set"));
    private static final String JAR = "weir-replicator.jar";
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path directory;

    private String readme = "";

    @BeforeEach
    void read() throws IOException {
        readme = Files.readString(ROOT.resolve("README.md"));
        Files.copy(ROOT.resolve("replicator/target").resolve(JAR), directory.resolve(JAR));
    }

    /** The fenced blocks of a language. */
    private List<String> blocks(String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(readme)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** The commands that start the replicator's jar, as words, without the path of the jar. */
    private List<List<String>> commands() {
        return blocks("shell").stream()
                .flatMap(block -> Pattern.compile("java -jar \\S*weir-replicator\\.jar (.*)")
                        .matcher(block)
                        .results())
                .map(command -> List.of(command.group(1).split(" ")))
                .toList();
    }

    private List<String> command(String name) {
        return commands().stream()
                .filter(command -> command.get(0).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The README has no command " + name));
    }

    /** Runs a program in the test's directory. */
    private Commands.Outcome run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString(), JAVA));
        command.addAll(arguments);
        return Commands.run(command);
    }

    @Test
    void shouldRunTheDemo() throws IOException {
        List<String> demo = new ArrayList<>(List.of("-jar", JAR));
        demo.addAll(command("demo"));
        demo.addAll(List.of("--seconds", "2"));
        Commands.Outcome outcome = run(demo);
        assertThat(outcome.isSuccess()).as(outcome.output()).isTrue();
        assertThat(outcome.output()).contains("0 missed own writes", "every replica equals the primary");
    }

    @Test
    void shouldRunTheJavaExample() throws IOException, SQLException {
        String example = blocks("java").get(0);
        Files.writeString(
                directory.resolve("Example.java"),
                "import java.sql.*;\nclass Example { public static void main(String[] arguments) throws Exception {\n"
                        + example + "}}\n");
        Commands.Outcome outcome = run(List.of("-cp", JAR, "Example.java"));
        assertThat(outcome.isSuccess()).as(outcome.output()).isTrue();
        try (Connection connection = DriverManager.getConnection("jdbc:h2:" + directory.resolve("shop"), "sa", "");
                Statement statement = connection.createStatement();
                ResultSet items = statement.executeQuery("SELECT NAME FROM ITEM")) {
            assertThat(items.next()).isTrue();
            assertThat(items.getString(1)).isEqualTo("weir");
        }
        assertThat(directory.resolve("shop-replica-2.mv.db")).exists();
    }

    @Test
    void shouldServeNodesInProcessesOfTheirOwn() throws IOException, SQLException {
        Map<String, String> ports =
                Map.of("9092", Integer.toString(Ports.free()), "9093", Integer.toString(Ports.free()));
        try (Nodes nodes = new Nodes()) {
            nodes.start(withPorts(command("primary"), ports));
            nodes.start(withPorts(command("replica"), ports));
            List<String> status = new ArrayList<>(List.of("-jar", JAR));
            status.addAll(withPorts(command("status"), ports));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(run(status).output().lines())
                            .anyMatch(line -> line.startsWith("primary"))
                            .anyMatch(line -> line.startsWith("r1") && line.contains("STREAMING")));
            follow(blocks("console"), ports);
        }
    }

    /** Types what stands behind the prompts of transcripts; each answer is as it stands there, but for numbers and times. */
    private void follow(List<String> transcripts, Map<String, String> ports) throws IOException, SQLException {
        String url = "jdbc:h2:tcp://127.0.0.1:" + ports.get("9092") + "," + "127.0.0.1:" + ports.get("9093") + "/shop";
        try (Connection connection = DriverManager.getConnection(url.replace("jdbc:", "jdbc:weir:"), "sa", "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(50))");
            statement.executeUpdate("INSERT INTO ITEM VALUES (1, 'weir')");
        }
        List<MatchResult> steps = transcripts.stream()
                .flatMap(text -> Pattern.compile("\\$ java -jar weir-replicator\\.jar (.*)\n((?:[^$].*\n)*)")
                        .matcher(text)
                        .results())
                .toList();
        assertThat(steps).hasSizeGreaterThanOrEqualTo(4);
        for (MatchResult step : steps) {
            List<String> command = new ArrayList<>(List.of("-jar", JAR));
            command.addAll(withPorts(List.of(step.group(1).split(" ")), ports));
            assertThat(normalised(run(command).output()))
                    .as(step.group(1))
                    .isEqualTo(normalised(step.group(2).strip()));
        }
    }

    private static String normalised(String output) {
        return output.replaceAll("(?m)[ \t]+$", "")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "TIME")
                .replaceAll("\\d+ (bytes|ms)", "N $1");
    }

    private static List<String> withPorts(List<String> command, Map<String, String> ports) {
        return command.stream()
                .map(word -> Pattern.compile("909[23]")
                        .matcher(word)
                        .replaceAll(port -> String.valueOf(ports.get(port.group()))))
                .toList();
    }

    /** The nodes that have been started, each of which serves. */
    private final class Nodes implements AutoCloseable {
        private final List<WatchedProcess> processes = new ArrayList<>();

        void start(List<String> arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString(), JAVA, "-jar", JAR));
            command.addAll(arguments);
            Path log = Files.createTempFile(directory, "node", ".log");
            processes.add(WatchedProcess.start(command, Map.of(), "KILL", log));
            Awaitility.await(arguments.get(0))
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(Files.readString(log)).contains("ready url="));
        }

        @Override
        public void close() {
            processes.forEach(WatchedProcess::kill);
        }
    }

    @Test
    void shouldNameTheVersionsThatAreTested() {
        Map<String, String> artifacts = Map.ofEntries(
                Map.entry("HikariCP", "HikariCP"),
                Map.entry("Tomcat JDBC Pool", "tomcat-jdbc"),
                Map.entry("Agroal", "agroal-pool"),
                Map.entry("Spring Boot with Spring Data JPA", "spring-boot"),
                Map.entry("Hibernate ORM", "hibernate-core"),
                Map.entry("jOOQ", "jooq"),
                Map.entry("MyBatis", "mybatis"),
                Map.entry("Jdbi", "jdbi3-core"),
                Map.entry("Flyway", "flyway-core"),
                Map.entry("Liquibase", "liquibase-core"),
                Map.entry("Quartz, clustered JDBC job store", "quartz"));
        String section = readme.substring(readme.indexOf("## Works with"));
        List<MatchResult> rows = Pattern.compile("(?m)^\\| ([^|]+) \\| (\\d[^ |]*) \\|")
                .matcher(section.substring(0, section.indexOf("\n## ")))
                .results()
                .toList();
        assertThat(rows).extracting(row -> row.group(1)).containsExactlyInAnyOrderElementsOf(artifacts.keySet());
        List<String> jars = Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .map(entry -> String.valueOf(Path.of(entry).getFileName()))
                .toList();
        assertThat(rows)
                .allSatisfy(
                        row -> assertThat(jars).contains(artifacts.get(row.group(1)) + "-" + row.group(2) + ".jar"));
    }
}
