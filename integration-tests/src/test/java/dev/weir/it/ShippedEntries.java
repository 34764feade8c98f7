package dev.weir.it;

import dev.weir.it.h2.H2Store;
import dev.weir.it.h2.H2TcpCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The newest entries that the replicas of a cluster held at moments of a test: what is once shipped must stay in the primary's log, and no other entry may get its LSN. Confined to one thread. */
final class ShippedEntries {
    /** An entry. Immutable. */
    private record Entry(String replica, long lsn, String incarnation, long digest) {}

    private final H2TcpCluster cluster;
    private final Set<Entry> entries = new LinkedHashSet<>();

    private ShippedEntries(H2TcpCluster cluster) {
        this.cluster = cluster;
    }

    /** Those that are there now. */
    static ShippedEntries on(H2TcpCluster cluster) throws SQLException {
        ShippedEntries shipped = new ShippedEntries(cluster);
        shipped.observe();
        return shipped;
    }

    /** Notes those that are there now. */
    void observe() throws SQLException {
        for (H2Store replica : cluster.replicas()) {
            try (Connection connection = replica.open();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT LSN, INCARNATION, DIGEST FROM WEIR.CHECKPOINT")) {
                while (row.next()) {
                    entries.add(new Entry(replica.name(), row.getLong(1), row.getString(2), row.getLong(3)));
                }
            }
        }
    }

    /** Those that the primary's log does not hold as they were. */
    List<Entry> absentFrom(H2Store primary) throws SQLException {
        List<Entry> absent = new ArrayList<>();
        try (Connection connection = primary.open();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT COUNT(*) FROM WEIR.LOG WHERE LSN = ? AND INCARNATION = ? AND DIGEST = ?")) {
            for (Entry entry : entries) {
                query.setLong(1, entry.lsn());
                query.setString(2, entry.incarnation());
                query.setLong(3, entry.digest());
                try (ResultSet row = query.executeQuery()) {
                    if (!row.next() || row.getLong(1) != 1) {
                        absent.add(entry);
                    }
                }
            }
        }
        return absent;
    }
}
