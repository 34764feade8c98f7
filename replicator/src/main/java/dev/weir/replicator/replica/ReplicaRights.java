package dev.weir.replicator.replica;

import dev.weir.log.ReplaySql;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what on a replica: the applier everything, administrators of the primary read every schema, others what they may read on the primary,
 * and everyone may read schema WEIR. Confined to one thread.
 */
final class ReplicaRights {
    private static final String[] WRITES = {"DELETE", "INSERT", "UPDATE"};

    private final Connection applier;

    ReplicaRights(Connection applier) {
        this.applier = applier;
    }

    /** Creates the role of readers. Commits. */
    void prepare() throws SQLException {
        Sessions.execute(applier, "CREATE ROLE IF NOT EXISTS " + ReplicaSql.READERS);
    }

    /**
     * Takes away every right to write that anyone but the applier has, and lets readers read schemas that are new. Does nothing if all is as it should be; else commits.
     */
    void enforce() throws SQLException {
        for (String user :
                names("SELECT USER_NAME FROM INFORMATION_SCHEMA.USERS WHERE IS_ADMIN AND UPPER(USER_NAME) <> '"
                        + ApplierAccount.USER + "'")) {
            Sessions.execute(applier, "ALTER USER " + user + " ADMIN FALSE");
            Sessions.execute(applier, "GRANT " + ReplicaSql.READERS + " TO " + user);
        }
        revokeWrites();
        for (String schema : names("SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA S"
                + " WHERE UPPER(SCHEMA_NAME) NOT IN ('INFORMATION_SCHEMA', 'PG_CATALOG', 'WEIR') AND NOT EXISTS"
                + " (SELECT 1 FROM INFORMATION_SCHEMA.RIGHTS R WHERE R.TABLE_SCHEMA = S.SCHEMA_NAME"
                + " AND COALESCE(R.TABLE_NAME, '') = '' AND UPPER(R.GRANTEE) = '" + ReplicaSql.READERS + "')")) {
            Sessions.execute(applier, "GRANT SELECT ON SCHEMA " + schema + " TO " + ReplicaSql.READERS);
        }
    }

    /** Lets everyone read what this replica is and how far it has got. Commits. */
    void openWeir() throws SQLException {
        WeirSchema.grantReplica(applier);
    }

    private void revokeWrites() throws SQLException {
        List<String> commands = new ArrayList<>();
        try (Statement statement = applier.createStatement();
                ResultSet rights = statement.executeQuery(
                        "SELECT GRANTEE, RIGHTS, TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.RIGHTS"
                                + " WHERE RIGHTS IS NOT NULL AND RIGHTS <> '' AND RIGHTS <> 'SELECT'")) {
            while (rights.next()) {
                commands.add(
                        revoke(rights.getString(1), rights.getString(2), rights.getString(3), rights.getString(4)));
            }
        }
        for (String command : commands) {
            Sessions.execute(applier, command);
        }
    }

    private static String revoke(String grantee, String rights, @Nullable String schema, @Nullable String table) {
        String from = " FROM " + ReplaySql.quote(grantee);
        if (schema == null || schema.isEmpty()) {
            return "REVOKE ALTER ANY SCHEMA" + from;
        }
        String on = table == null || table.isEmpty()
                ? "SCHEMA " + ReplaySql.quote(schema)
                : ReplaySql.quote(schema) + "." + ReplaySql.quote(table);
        List<String> writes = new ArrayList<>(List.of(rights.equals("ALL") ? WRITES : rights.split(", *")));
        writes.removeIf(right -> right.equals("SELECT"));
        return "REVOKE " + String.join(", ", writes) + " ON " + on + from;
    }

    private List<String> names(String query) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = applier.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                names.add(ReplaySql.quote(rows.getString(1)));
            }
        }
        return names;
    }
}
