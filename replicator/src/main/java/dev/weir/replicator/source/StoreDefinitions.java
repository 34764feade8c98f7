package dev.weir.replicator.source;

import dev.weir.log.ReplaySql;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an H2 store defines, in lines that are equal on a primary and on a sound replica: a replica has no triggers and no rights to write, and administrators of the primary are readers there.
 * Passwords stand in it as digests. Holds neither rows nor how far generators have got. Immutable.
 */
public record StoreDefinitions(List<Line> lines) {
    /** The only user of a replica that may write. */
    public static final String APPLIER = "WEIR_APPLIER";

    /** The role of those on a replica who are administrators on the primary; it may read every schema. */
    public static final String READERS = "WEIR_READERS";

    private static final List<Catalog> CATALOGS = List.of(
            catalog("schema", "SCHEMATA", "SCHEMA", "SCHEMA", "REMARKS", ""),
            catalog("view", "VIEWS", "TABLE", "TABLE", "VIEW_DEFINITION, REMARKS", ""),
            catalog(
                    "table's comment",
                    "TABLES",
                    "TABLE",
                    "TABLE",
                    "REMARKS",
                    shared("TABLE") + " AND REMARKS IS NOT NULL"),
            catalog(
                    "column",
                    "COLUMNS",
                    "TABLE",
                    "TABLE",
                    "COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,"
                            + " DATETIME_PRECISION, INTERVAL_TYPE, INTERVAL_PRECISION, DOMAIN_NAME, IS_NULLABLE, COLUMN_DEFAULT,"
                            + " IDENTITY_GENERATION, IDENTITY_INCREMENT, IDENTITY_CYCLE, GENERATION_EXPRESSION, COLUMN_ON_UPDATE,"
                            + " IS_VISIBLE, DEFAULT_ON_NULL, REMARKS",
                    shared("TABLE")),
            catalog(
                    "enumeration's value",
                    "ENUM_VALUES",
                    "OBJECT",
                    "OBJECT",
                    "OBJECT_TYPE, ENUM_IDENTIFIER, VALUE_ORDINAL, VALUE_NAME",
                    shared("OBJECT")),
            catalog(
                    "index column",
                    "INDEX_COLUMNS",
                    "TABLE",
                    "TABLE",
                    "INDEX_NAME, ORDINAL_POSITION, COLUMN_NAME, ORDERING_SPECIFICATION, IS_UNIQUE",
                    // Those of constraints are named by H2 and follow from the constraint.
                    shared("TABLE")
                            + " AND (INDEX_SCHEMA, INDEX_NAME) IN (SELECT INDEX_SCHEMA, INDEX_NAME FROM INFORMATION_SCHEMA.INDEXES"
                            + " WHERE NOT IS_GENERATED)"),
            catalog(
                    "constraint",
                    "TABLE_CONSTRAINTS",
                    "TABLE",
                    "TABLE",
                    "CONSTRAINT_NAME, CONSTRAINT_TYPE, REMARKS",
                    shared("TABLE")),
            catalog("check", "CHECK_CONSTRAINTS", "CONSTRAINT", "CONSTRAINT", "CHECK_CLAUSE", ""),
            catalog(
                    "foreign key",
                    "REFERENTIAL_CONSTRAINTS",
                    "CONSTRAINT",
                    "CONSTRAINT",
                    "UPDATE_RULE, DELETE_RULE",
                    ""),
            catalog(
                    "domain",
                    "DOMAINS",
                    "DOMAIN",
                    "DOMAIN",
                    "DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DOMAIN_DEFAULT, DOMAIN_ON_UPDATE, REMARKS",
                    ""),
            catalog(
                    "sequence",
                    "SEQUENCES",
                    "SEQUENCE",
                    "SEQUENCE",
                    "DATA_TYPE, INCREMENT, MINIMUM_VALUE, MAXIMUM_VALUE, CYCLE_OPTION, CACHE, REMARKS",
                    ""),
            catalog("synonym", "SYNONYMS", "SYNONYM", "SYNONYM", "SYNONYM_FOR_SCHEMA, SYNONYM_FOR, REMARKS", ""),
            catalog("constant", "CONSTANTS", "CONSTANT", "CONSTANT", "VALUE_DEFINITION, REMARKS", ""),
            catalog(
                    "routine",
                    "ROUTINES",
                    "ROUTINE",
                    "ROUTINE",
                    "ROUTINE_TYPE, EXTERNAL_NAME, ROUTINE_DEFINITION, REMARKS",
                    ""));

    private static final String SETTINGS = "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
            + " WHERE SETTING_NAME IN ('MODE', 'COLLATION', 'IGNORECASE', 'DATABASE_TO_UPPER', 'DATABASE_TO_LOWER') AND SETTING_VALUE <> '0'";
    private static final String TRIGGERS =
            "SELECT TRIGGER_SCHEMA || '.' || TRIGGER_NAME FROM INFORMATION_SCHEMA.TRIGGERS"
                    + " WHERE UPPER(TRIGGER_SCHEMA) <> 'WEIR'";
    private static final Pattern SECRET = Pattern.compile(
            "CREATE USER IF NOT EXISTS (\"(?:[^\"]|\"\")+\"|\\S+) (?:COMMENT '(?:[^']|'')*' )?(SALT '.*? HASH '[^']*').*",
            Pattern.DOTALL);

    private record Catalog(String kind, String query) {}

    /**
     * One thing that is defined. Immutable.
     *
     * @param object what it belongs to or is, with its schema, unquoted
     */
    public record Line(String kind, String object, String text) implements Comparable<Line> {
        /** The object quoted, if it has a schema. */
        public String quoted() {
            int dot = object.indexOf('.');
            return dot < 0
                    ? object
                    : ReplaySql.quote(object.substring(0, dot)) + "." + ReplaySql.quote(object.substring(dot + 1));
        }

        @Override
        public int compareTo(Line other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return kind + ": " + (object + " " + text).strip();
        }
    }

    public StoreDefinitions {
        lines = List.copyOf(lines);
    }

    /** Of tables that replicas have. */
    private static String shared(String prefix) {
        return " AND (" + prefix + "_SCHEMA, " + prefix
                + "_NAME) IN (SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
                + " WHERE TABLE_TYPE IN ('BASE TABLE', 'VIEW') AND COALESCE(STORAGE_TYPE, '') <> 'TABLE LINK')";
    }

    private static Catalog catalog(
            String kind, String view, String schemaPrefix, String namePrefix, String columns, String condition) {
        String schema = schemaPrefix + "_SCHEMA";
        String object = view.equals("SCHEMATA") ? "SCHEMA_NAME" : schema + " || '.' || " + namePrefix + "_NAME";
        return new Catalog(
                kind,
                "SELECT " + object + ", " + columns + " FROM INFORMATION_SCHEMA." + view + " WHERE UPPER("
                        + (view.equals("SCHEMATA") ? "SCHEMA_NAME" : schema)
                        + ") NOT IN ('WEIR', 'INFORMATION_SCHEMA', 'PG_CATALOG')" + condition);
    }

    /** What a primary defines, as its replicas should. Needs an administrator. */
    public static StoreDefinitions ofPrimary(Connection administrator) throws SQLException {
        return read(administrator, false);
    }

    /** What a replica defines. Needs its applier. */
    public static StoreDefinitions ofReplica(Connection applier) throws SQLException {
        return read(applier, true);
    }

    private static StoreDefinitions read(Connection connection, boolean replica) throws SQLException {
        TreeSet<Line> lines = new TreeSet<>();
        try (Statement statement = connection.createStatement()) {
            for (Catalog catalog : CATALOGS) {
                add(lines, catalog.kind, statement, catalog.query);
            }
            add(lines, "setting", statement, SETTINGS);
            if (replica) {
                add(lines, "trigger", statement, TRIGGERS);
            }
            users(lines, statement, replica);
            rights(lines, statement, replica);
        }
        return new StoreDefinitions(new ArrayList<>(lines));
    }

    private static void add(TreeSet<Line> lines, String kind, Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> texts = new ArrayList<>();
                for (int i = 2; i <= columns; i++) {
                    texts.add(String.valueOf(rows.getString(i)));
                }
                lines.add(new Line(kind, rows.getString(1), String.join(" ", texts)));
            }
        }
    }

    private static void users(TreeSet<Line> lines, Statement statement, boolean replica) throws SQLException {
        Map<String, String> secrets = secrets(statement);
        try (ResultSet users = statement.executeQuery("SELECT U.USER_NAME, U.IS_ADMIN, U.REMARKS,"
                + " EXISTS(SELECT 1 FROM INFORMATION_SCHEMA.RIGHTS R WHERE R.GRANTEE = U.USER_NAME AND UPPER(R.GRANTEDROLE) = '"
                + READERS + "') FROM INFORMATION_SCHEMA.USERS U WHERE UPPER(U.USER_NAME) <> '" + APPLIER + "'")) {
            while (users.next()) {
                boolean admin = users.getBoolean(2);
                boolean asAdmin = replica ? users.getBoolean(4) : admin;
                String name = users.getString(1);
                lines.add(new Line(
                        "user",
                        name,
                        (asAdmin ? "administrator " : "")
                                + (replica && admin ? "may write on the replica " : "")
                                + "password#" + secrets.getOrDefault(name, "unknown")
                                + " " + users.getString(3)));
            }
        }
        try (ResultSet roles = statement.executeQuery(
                "SELECT ROLE_NAME FROM INFORMATION_SCHEMA.ROLES WHERE UPPER(ROLE_NAME) NOT IN ('PUBLIC', '" + READERS
                        + "')")) {
            while (roles.next()) {
                lines.add(new Line("role", roles.getString(1), ""));
            }
        }
    }

    /** Digests of what H2 keeps of passwords. */
    private static Map<String, String> secrets(Statement statement) throws SQLException {
        List<Matcher> found = new ArrayList<>();
        try (ResultSet script = statement.executeQuery("SCRIPT NODATA NOSETTINGS")) {
            while (script.next()) {
                Matcher user = SECRET.matcher(script.getString(1));
                if (user.matches()) {
                    found.add(user);
                }
            }
        }
        return found.stream().collect(Collectors.toMap(user -> unquoted(user.group(1)), user -> digest(user.group(2))));
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static void rights(TreeSet<Line> lines, Statement statement, boolean replica) throws SQLException {
        try (ResultSet rights = statement.executeQuery(
                "SELECT GRANTEE, GRANTEDROLE, RIGHTS, COALESCE(TABLE_SCHEMA, ''), COALESCE(TABLE_NAME, '') FROM INFORMATION_SCHEMA.RIGHTS"
                        + " WHERE UPPER(COALESCE(TABLE_SCHEMA, '')) <> 'WEIR' AND UPPER(GRANTEE) NOT IN ('" + APPLIER
                        + "', '"
                        + READERS + "') AND UPPER(COALESCE(GRANTEDROLE, '')) <> '" + READERS + "'"
                        + " AND (COALESCE(TABLE_NAME, '') = ''"
                        + shared("TABLE").replaceFirst(" AND", " OR") + ")")) {
            while (rights.next()) {
                String grantee = rights.getString(1);
                String role = rights.getString(2);
                String what = role != null && !role.isEmpty() ? "role " + role : right(rights.getString(3), replica);
                if (!what.isEmpty()) {
                    lines.add(new Line(
                            "right", grantee, (what + " " + rights.getString(4) + " " + rights.getString(5)).strip()));
                }
            }
        }
    }

    /** Of a primary's rights replicas have only those to read. */
    private static String right(String rights, boolean replica) {
        boolean reads = rights.contains("SELECT") || rights.equals("ALL");
        return replica ? rights : reads ? "SELECT" : "";
    }

    /** As one text, for {@link #parse}. */
    public String text() {
        return lines.stream()
                .map(line -> escaped(line.kind) + "\t" + escaped(line.object) + "\t" + escaped(line.text))
                .collect(Collectors.joining("\n"));
    }

    public static StoreDefinitions parse(String text) {
        return new StoreDefinitions(text.lines()
                .map(line -> line.split("\t", -1))
                .map(parts -> new Line(restored(parts[0]), restored(parts[1]), restored(parts[2])))
                .toList());
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String restored(String text) {
        StringBuilder restored = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                char next = text.charAt(++i);
                restored.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            } else {
                restored.append(c);
            }
        }
        return restored.toString();
    }
}
