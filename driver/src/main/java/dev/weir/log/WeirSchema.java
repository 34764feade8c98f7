package dev.weir.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * The tables of schema WEIR in an H2 store: their names, their creation, and who may use them. Names are written unquoted and in upper case
 * everywhere, so that they hold under every DATABASE_TO_UPPER and DATABASE_TO_LOWER setting. Thread-safe.
 *
 * <ul>
 *   <li>{@link #NODE}, one row: what this store is.
 *   <li>{@link #HEAD}, one row: the end of the log. Locked by each commit from its update to its COMMIT, within one round trip; so LSN order is
 *       commit order without holes. EPOCH is the fence: a commit under another epoch fails. GATE 1 asks writers to wait before they start a
 *       transaction. SCHEMA_LSN is the LSN of the newest schema change. INCARNATION is renewed whenever the primary opens its store.
 *   <li>{@link #LOG}: one row per committed transaction. A body longer than {@link #FIRST_BYTES} continues in {@link #LOG_CHUNK} under BODY_ID, in rows numbered from 0.
 *   <li>{@link #INCARNATION}: each opening of the store, the LSN it started from, the LSN up to which its log is known to survive a crash, and the {@link Environment} that its statements ran in.
 *   <li>{@link #DDL_LOCK}, one row, locked while a schema change runs.
 *   <li>{@link #REPLICA} on the primary: the registered replicas, how far they have got, how far the copy is that one is making, and behind which entry the log is kept for each, unless its STATE is DROPPED.
 *   <li>{@link #HEALING} on the primary: what was done about replicas by itself, and why.
 *   <li>{@link #DIVERGENCE} on the primary: where replicas differed from it, with the rows concerned. For administrators only.
 *   <li>{@link #REPLICA_ORDER} on the primary: what an administrator wants of a replica: to stop behind an entry for a while, to apply nothing, or to copy the primary anew.
 *   <li>{@link #REPLICA_DESCRIPTION} on the primary: who wants to know what a replica's store defines, and the replica's answer.
 *   <li>{@link #CHECKPOINT} on a replica, one row: what it has applied, committed with the data.
 * </ul>
 *
 * <p>Application users write the log in their own transactions, so PUBLIC may update HEAD and insert into LOG and LOG_CHUNK; only administrators may read
 * those two, which hold rows of every table, and change the rest. On a replica nothing is granted but reading NODE, HEAD and CHECKPOINT.
 */
public final class WeirSchema {
    /** The schema's name in the catalog; its case follows the store's settings, so compare it ignoring case. */
    public static final String SCHEMA = "WEIR";

    public static final String NODE = "WEIR.NODE";
    public static final String HEAD = "WEIR.HEAD";
    public static final String LOG = "WEIR.LOG";
    public static final String LOG_CHUNK = "WEIR.LOG_CHUNK";
    public static final String INCARNATION = "WEIR.INCARNATION";
    public static final String DDL_LOCK = "WEIR.DDL_LOCK";
    public static final String REPLICA = "WEIR.REPLICA";
    public static final String HEALING = "WEIR.HEALING";
    public static final String DIVERGENCE = "WEIR.DIVERGENCE";
    public static final String REPLICA_ORDER = "WEIR.REPLICA_ORDER";
    public static final String REPLICA_DESCRIPTION = "WEIR.REPLICA_DESCRIPTION";
    public static final String CHECKPOINT = "WEIR.CHECKPOINT";

    /** The variable by which a session of H2 shows that it is Weir's own, so that a guard lets its changes pass: the driver logs them. */
    public static final String CAPTURED = "WEIR_CAPTURED";

    /** The Java class that H2 calls as a guard of a table; its triggers change nothing. */
    public static final String GUARD_CLASS = "dev.weir.replicator.WriteGuard";

    /** The version of tables and body encoding, stored in NODE.FORMAT. */
    public static final int FORMAT = 3;

    /** How many bytes of a transaction's body stand in {@link #LOG} at most, so that many entries can be read at once. */
    public static final int FIRST_BYTES = 32 * 1024;

    /** How many bytes of what follows stand in one row of {@link #LOG_CHUNK} at most. */
    public static final int CHUNK_BYTES = 512 * 1024;

    private static final List<String> TABLES = List.of(
            "CREATE SCHEMA IF NOT EXISTS WEIR",
            """
            CREATE TABLE IF NOT EXISTS WEIR.NODE(
              ID INTEGER PRIMARY KEY CHECK (ID = 1), CLUSTER UUID NOT NULL, NAME VARCHAR(128) NOT NULL,
              ROLE VARCHAR(16) NOT NULL CHECK (ROLE IN ('primary', 'replica')), FORMAT INTEGER NOT NULL)""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.HEAD(
              ID INTEGER PRIMARY KEY CHECK (ID = 1), LSN BIGINT NOT NULL, EPOCH BIGINT NOT NULL, INCARNATION UUID NOT NULL,
              ORIGIN VARCHAR(128) NOT NULL, GATE INTEGER DEFAULT 0 NOT NULL, SCHEMA_LSN BIGINT NOT NULL, DIGEST BIGINT NOT NULL)""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.LOG(
              LSN BIGINT PRIMARY KEY, EPOCH BIGINT NOT NULL, INCARNATION UUID NOT NULL, ORIGIN VARCHAR(128) NOT NULL,
              COMMITTED_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL, KIND VARCHAR(8) NOT NULL, STATE VARCHAR(10) NOT NULL,
              DIGEST BIGINT NOT NULL, BODY VARBINARY NOT NULL, BODY_ID UUID, FINGERPRINT VARCHAR(64))""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.LOG_CHUNK(
              BODY_ID UUID NOT NULL, ORDINAL INTEGER NOT NULL, BODY VARBINARY NOT NULL, PRIMARY KEY (BODY_ID, ORDINAL))""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.INCARNATION(
              INCARNATION UUID PRIMARY KEY, EPOCH BIGINT NOT NULL, AFTER_LSN BIGINT NOT NULL, DURABLE_LSN BIGINT DEFAULT 0 NOT NULL,
              OPENED_AT TIMESTAMP(6) WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, ENVIRONMENT VARCHAR(4000))""",
            "ALTER TABLE WEIR.INCARNATION ADD COLUMN IF NOT EXISTS ENVIRONMENT VARCHAR(4000)",
            "CREATE TABLE IF NOT EXISTS WEIR.DDL_LOCK(ID INTEGER PRIMARY KEY)",
            """
            CREATE TABLE IF NOT EXISTS WEIR.REPLICA(
              NAME VARCHAR(128) PRIMARY KEY, URL VARCHAR(1024), EPOCH BIGINT NOT NULL, RECEIVED_LSN BIGINT NOT NULL,
              APPLIED_LSN BIGINT NOT NULL, DURABLE_LSN BIGINT DEFAULT 0 NOT NULL, NEEDED_AFTER_LSN BIGINT DEFAULT 0 NOT NULL,
              STATE VARCHAR(32) NOT NULL, SEEN_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL, SEED_ROWS BIGINT, SEED_TOTAL BIGINT,
              SEED_LEFT_MS BIGINT)""",
            "ALTER TABLE WEIR.REPLICA ADD COLUMN IF NOT EXISTS DURABLE_LSN BIGINT DEFAULT 0 NOT NULL",
            "ALTER TABLE WEIR.REPLICA ADD COLUMN IF NOT EXISTS NEEDED_AFTER_LSN BIGINT DEFAULT 0 NOT NULL",
            "ALTER TABLE WEIR.REPLICA ADD COLUMN IF NOT EXISTS SEED_ROWS BIGINT",
            "ALTER TABLE WEIR.REPLICA ADD COLUMN IF NOT EXISTS SEED_TOTAL BIGINT",
            "ALTER TABLE WEIR.REPLICA ADD COLUMN IF NOT EXISTS SEED_LEFT_MS BIGINT",
            """
            CREATE TABLE IF NOT EXISTS WEIR.HEALING(
              ID UUID PRIMARY KEY, BEGUN_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL, REPLICA VARCHAR(128) NOT NULL,
              CAUSE VARCHAR(2000) NOT NULL, STEP VARCHAR(32) NOT NULL, OUTCOME VARCHAR(16) NOT NULL, EFFECT VARCHAR(2000) NOT NULL)""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.DIVERGENCE(
              ID UUID PRIMARY KEY, FOUND_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL, REPLICA VARCHAR(128) NOT NULL, LSN BIGINT NOT NULL,
              CHANGE VARCHAR(16) NOT NULL, TABLE_SCHEMA VARCHAR(256) NOT NULL, TABLE_NAME VARCHAR(256) NOT NULL, KEY_COLUMNS VARCHAR(4000) NOT NULL,
              ROW_KEY VARCHAR(4000) NOT NULL, EXPECTED VARCHAR(4000) NOT NULL, FOUND VARCHAR(4000) NOT NULL)""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.REPLICA_ORDER(
              NAME VARCHAR(128) PRIMARY KEY, HOLD_LSN BIGINT, HOLD_UNTIL TIMESTAMP(6) WITH TIME ZONE,
              RESYNC BOOLEAN DEFAULT FALSE NOT NULL, PAUSED BOOLEAN DEFAULT FALSE NOT NULL)""",
            "ALTER TABLE WEIR.REPLICA_ORDER ADD COLUMN IF NOT EXISTS PAUSED BOOLEAN DEFAULT FALSE NOT NULL",
            """
            CREATE TABLE IF NOT EXISTS WEIR.REPLICA_DESCRIPTION(
              NAME VARCHAR(128) NOT NULL, REQUEST UUID NOT NULL, ASKED_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL, DEFINITIONS CLOB,
              PRIMARY KEY(NAME, REQUEST))""",
            """
            CREATE TABLE IF NOT EXISTS WEIR.CHECKPOINT(
              ID INTEGER PRIMARY KEY CHECK (ID = 1), LSN BIGINT NOT NULL, EPOCH BIGINT NOT NULL, INCARNATION UUID NOT NULL,
              DIGEST BIGINT NOT NULL, COMMITTED_AT TIMESTAMP(6) WITH TIME ZONE NOT NULL,
              APPLIED_AT TIMESTAMP(6) WITH TIME ZONE)""");

    /** The log and its chunks may be written by everyone but read by administrators only: they hold rows of every table. */
    private static final List<String> PRIMARY_GRANTS = List.of(
            "GRANT SELECT ON WEIR.NODE TO PUBLIC",
            "GRANT SELECT, UPDATE ON WEIR.HEAD TO PUBLIC",
            "GRANT INSERT ON WEIR.LOG TO PUBLIC",
            "GRANT INSERT ON WEIR.LOG_CHUNK TO PUBLIC",
            "GRANT SELECT ON WEIR.INCARNATION TO PUBLIC",
            "GRANT SELECT, UPDATE ON WEIR.DDL_LOCK TO PUBLIC",
            "GRANT SELECT ON WEIR.REPLICA TO PUBLIC",
            "GRANT SELECT ON WEIR.HEALING TO PUBLIC",
            "GRANT SELECT ON WEIR.CHECKPOINT TO PUBLIC");

    private static final List<String> REPLICA_GRANTS = List.of(
            "REVOKE UPDATE ON WEIR.HEAD FROM PUBLIC",
            "REVOKE INSERT ON WEIR.LOG FROM PUBLIC",
            "REVOKE INSERT ON WEIR.LOG_CHUNK FROM PUBLIC",
            "REVOKE UPDATE ON WEIR.DDL_LOCK FROM PUBLIC",
            "GRANT SELECT ON WEIR.NODE TO PUBLIC",
            "GRANT SELECT ON WEIR.HEAD TO PUBLIC",
            "GRANT SELECT ON WEIR.CHECKPOINT TO PUBLIC");

    private WeirSchema() {}

    /** Creates the schema and its tables where they are missing; fills nothing. Needs an administrator. Commits. */
    public static void createTables(Connection admin) throws SQLException {
        executeAll(admin, TABLES);
    }

    /**
     * Makes a store that holds no cluster yet the first primary of a new cluster, at LSN 0 of epoch 1. Existing application tables become part of the
     * state at LSN 0. Needs an administrator and that nobody else writes to schema WEIR. Commits.
     *
     * @param origin the node's name, which its log entries carry
     * @throws SQLException 23505 if the store is a node already
     */
    public static void createPrimary(Connection admin, UUID cluster, String origin) throws SQLException {
        createTables(admin);
        UUID incarnation = UUID.randomUUID();
        insert(
                admin,
                "INSERT INTO WEIR.NODE(ID, CLUSTER, NAME, ROLE, FORMAT) VALUES (1, ?, ?, 'primary', ?)",
                cluster,
                origin,
                FORMAT);
        insert(
                admin,
                "INSERT INTO WEIR.HEAD(ID, LSN, EPOCH, INCARNATION, ORIGIN, SCHEMA_LSN, DIGEST) VALUES (1, 0, 1, ?, ?, 0, 0)",
                incarnation,
                origin);
        insert(
                admin,
                "INSERT INTO WEIR.INCARNATION(INCARNATION, EPOCH, AFTER_LSN, ENVIRONMENT) VALUES (?, 1, 0, ?)",
                incarnation,
                Environment.of(admin).text());
        insert(admin, "INSERT INTO WEIR.DDL_LOCK(ID) VALUES (1)");
        executeAll(admin, PRIMARY_GRANTS);
    }

    /** Lets application users write the log, as on a primary. Needs an administrator. Commits. */
    public static void grantPrimary(Connection admin) throws SQLException {
        executeAll(admin, PRIMARY_GRANTS);
    }

    /** Lets application users read what a replica is and how far it has got, and write nothing in schema WEIR. Needs an administrator. Commits. */
    public static void grantReplica(Connection admin) throws SQLException {
        executeAll(admin, REPLICA_GRANTS);
    }

    /** Whether the store has schema WEIR with a node row, so that it is part of a cluster. Any user may ask. */
    public static boolean isNode(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT 1 FROM INFORMATION_SCHEMA.TABLES"
                        + " WHERE UPPER(TABLE_SCHEMA) = 'WEIR' AND UPPER(TABLE_NAME) = 'NODE'")) {
            if (!found.next()) {
                return false;
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet node = statement.executeQuery("SELECT 1 FROM WEIR.NODE WHERE ID = 1")) {
            return node.next();
        }
    }

    /**
     * Notes that the primary's store has been opened anew: entries committed from now on carry another incarnation, and the gate that a crashed schema change may have left closed is opened. Call it
     * before any application connects. Commits.
     *
     * @return the new incarnation
     */
    public static UUID newIncarnation(Connection admin) throws SQLException {
        UUID incarnation = UUID.randomUUID();
        insert(admin, "UPDATE WEIR.HEAD SET INCARNATION = ?, GATE = 0 WHERE ID = 1", incarnation);
        insert(
                admin,
                "INSERT INTO WEIR.INCARNATION(INCARNATION, EPOCH, AFTER_LSN, ENVIRONMENT)"
                        + " SELECT INCARNATION, EPOCH, LSN, CAST(? AS VARCHAR) FROM WEIR.HEAD WHERE ID = 1",
                Environment.of(admin).text());
        return incarnation;
    }

    /**
     * Appends a {@link EntryKind#BARRIER} entry behind everything that head and log hold, which may not agree. Call it when the store of a primary may hold parts of transactions, before
     * any application connects. Commits.
     *
     * @return its LSN
     */
    public static Lsn appendBarrier(Connection admin) throws SQLException {
        byte[] body = new BodyWriter().toByteArray();
        insert(
                admin,
                "UPDATE WEIR.HEAD SET LSN = GREATEST(LSN, (SELECT COALESCE(MAX(LSN), 0) FROM WEIR.LOG)) + 1,"
                        + " DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), CAST(? AS BIGINT)) WHERE ID = 1",
                Digest.of(EntryKind.BARRIER, body));
        insert(
                admin,
                "INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY)"
                        + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, CURRENT_TIMESTAMP, 'BARRIER', 'DONE', DIGEST, ? FROM WEIR.HEAD WHERE ID = 1",
                (Object) body);
        try (Statement statement = admin.createStatement();
                ResultSet head = statement.executeQuery("SELECT LSN FROM WEIR.HEAD WHERE ID = 1")) {
            head.next();
            return new Lsn(head.getLong(1));
        }
    }

    /**
     * Appends a {@link EntryKind#DATA} entry to the log, in the connection's transaction, which locks the head until it ends. Call it for what belongs to no transaction of an application. Needs an administrator.
     */
    public static void append(Connection admin, byte[] body) throws SQLException {
        insert(
                admin,
                "UPDATE WEIR.HEAD SET LSN = LSN + 1, DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), CAST(? AS BIGINT)) WHERE ID = 1",
                Digest.of(EntryKind.DATA, body));
        insert(
                admin,
                "INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY)"
                        + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, CURRENT_TIMESTAMP, 'DATA', 'DONE', DIGEST, ? FROM WEIR.HEAD WHERE ID = 1",
                (Object) body);
    }

    private static void executeAll(Connection connection, List<String> commands) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    private static void insert(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
