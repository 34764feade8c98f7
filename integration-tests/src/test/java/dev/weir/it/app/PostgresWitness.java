package dev.weir.it.app;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the standbys' own logs, which hold every statement meanwhile. */
final class PostgresWitness implements Witness {
    private static final String MARK = "seen";
    private static final String PREFIX = MARK + " %u %a| ";
    private static final Pattern LINE =
            Pattern.compile(MARK + " (\\S*) ([^|]*)\\| ([A-Z]+):  (.*?)(?=\\n(?!\\t)|\\z)", Pattern.DOTALL);
    private static final Pattern STATEMENT = Pattern.compile("(?:statement|execute [^:]*): (.*)", Pattern.DOTALL);
    private static final String MONITOR = "weir-monitor";

    private final PostgresCluster cluster;
    private final Map<PostgresNode, Integer> begins = new HashMap<>();

    private PostgresWitness(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    static PostgresWitness on(PostgresCluster cluster) throws SQLException {
        PostgresWitness witness = new PostgresWitness(cluster);
        for (PostgresNode standby : standbys(cluster)) {
            standby.configure("log_line_prefix", PREFIX);
            standby.configure("log_statement", "all");
            witness.begins.put(standby, standby.log().length());
        }
        return witness;
    }

    private static List<PostgresNode> standbys(PostgresCluster cluster) {
        return List.of(cluster.standby1(), cluster.standby2());
    }

    @Override
    public List<Seen> seen() {
        List<Seen> seen = new ArrayList<>();
        begins.forEach((standby, begin) -> addSeen(standby, standby.log().substring(begin), seen));
        return seen;
    }

    private static void addSeen(PostgresNode standby, String log, List<Seen> seen) {
        Matcher line = LINE.matcher(log);
        String error = null;
        while (line.find()) {
            if (!line.group(1).equals(PostgresCluster.USER) || line.group(2).equals(MONITOR)) {
                continue;
            }
            String text = line.group(4).replace("\n\t", "\n");
            switch (line.group(3)) {
                case "LOG" -> {
                    Matcher statement = STATEMENT.matcher(text);
                    if (statement.matches()) {
                        seen.add(new Seen(standby.name(), statement.group(1), null));
                    }
                }
                case "ERROR", "FATAL" -> error = text;
                case "STATEMENT" -> seen.add(new Seen(standby.name(), text, error));
                default -> {
                    // DETAIL, HINT and the like belong to what came before.
                }
            }
        }
    }

    @Override
    public void awaitCaughtUp(Duration limit) throws SQLException {
        cluster.awaitCaughtUp();
    }

    /** None: a standby replays the primary's own pages. */
    @Override
    public List<String> differences() {
        return List.of();
    }

    @Override
    public void close() throws SQLException {
        for (PostgresNode standby : standbys(cluster)) {
            standby.configure("log_statement", "none");
        }
    }
}
