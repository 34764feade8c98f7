package dev.weir.it.app;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Store;
import dev.weir.it.h2.H2TcpCluster;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Asks replicas over the network for H2's statistics of queries. These do not tell who asked, and the applier's changes are among them; but nobody else may change
 * anything there, so changes are left out.
 */
final class H2StatisticsWitness implements Witness {
    private static final Pattern APPLIED = Pattern.compile(
            "(?i)\\s*(INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|COMMENT|SCRIPT|SET REFERENTIAL).*",
            Pattern.DOTALL);
    private static final Pattern OWN = Pattern.compile("(?i).*\\b(WEIR\\.|QUERY_STATISTICS).*", Pattern.DOTALL);

    private final H2TcpCluster cluster;
    private final Map<H2Store, Connection> appliers = new LinkedHashMap<>();

    /** Makes each text new, since H2 answers one that it has just answered from memory. */
    private int asked;

    private H2StatisticsWitness(H2TcpCluster cluster) {
        this.cluster = cluster;
    }

    static H2StatisticsWitness on(H2TcpCluster cluster) throws SQLException, IOException {
        H2StatisticsWitness witness = new H2StatisticsWitness(cluster);
        for (H2Store replica : cluster.replicas()) {
            Connection applier = cluster.openAsApplier(replica);
            witness.appliers.put(replica, applier);
            try (Statement statement = applier.createStatement()) {
                statement.execute("SET QUERY_STATISTICS_MAX_ENTRIES 10000");
                statement.execute("SET QUERY_STATISTICS TRUE");
            }
        }
        return witness;
    }

    @Override
    public synchronized List<Seen> seen() throws SQLException {
        List<Seen> seen = new ArrayList<>();
        for (Map.Entry<H2Store, Connection> applier : appliers.entrySet()) {
            try (Statement statement = applier.getValue().createStatement();
                    ResultSet rows = statement.executeQuery(
                            "SELECT SQL_STATEMENT, EXECUTION_COUNT FROM INFORMATION_SCHEMA.QUERY_STATISTICS"
                                    + " WHERE EXECUTION_COUNT > -" + ++asked)) {
                while (rows.next()) {
                    String sql = rows.getString(1);
                    boolean byApplication =
                            !APPLIED.matcher(sql).matches() && !OWN.matcher(sql).matches();
                    for (int i = rows.getInt(2); byApplication && i > 0; i--) {
                        seen.add(new Seen(applier.getKey().name(), sql, null));
                    }
                }
            }
        }
        return seen;
    }

    @Override
    public void awaitCaughtUp(Duration limit) throws SQLException {
        Equality.awaitCaughtUp(cluster, limit);
    }

    @Override
    public List<String> differences() throws SQLException {
        return Equality.differences(cluster);
    }

    @Override
    public void close() throws SQLException {
        for (Connection applier : appliers.values()) {
            applier.close();
        }
    }
}
