package dev.weir.it.contract;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Calls of JDBC 4.3 on a table KIND(ID identity, N, NAME, TAGS, NOTE, BODY, MADE, CODE) that holds one row, each giving what the application sees
 * of it. Where a driver lacks something, its error is what is seen.
 */
final class JdbcCalls {
    private JdbcCalls() {}

    /** One use of a connection. */
    interface Call {
        Object on(Connection connection) throws Exception;
    }

    static Map<String, Call> all() {
        Map<String, Call> calls = new LinkedHashMap<>();
        values(calls);
        typedObjects(calls);
        keys(calls);
        batches(calls);
        statements(calls);
        connections(calls);
        return calls;
    }

    private static void values(Map<String, Call> calls) {
        calls.put("read an array", connection -> {
            try (ResultSet row = query(connection, "SELECT TAGS FROM KIND")) {
                Array tags = row.getArray(1);
                try (ResultSet elements = tags.getResultSet()) {
                    elements.next();
                    return Arrays.toString((Object[]) tags.getArray()) + elements.getString(2) + tags.getBaseType();
                }
            }
        });
        calls.put("write an array and read it back", connection -> {
            Array made = connection.createArrayOf("VARCHAR", new Object[] {"x", null, "z"});
            set(connection, "UPDATE KIND SET TAGS = ?", statement -> statement.setArray(1, made));
            return value(connection, "SELECT TAGS FROM KIND");
        });
        calls.put("find a row by an array", connection -> {
            Array made = connection.createArrayOf("VARCHAR", new Object[] {"a", "b"});
            return found(connection, "SELECT ID FROM KIND WHERE TAGS = ?", statement -> statement.setArray(1, made));
        });
        calls.put("write XML and read it back", connection -> {
            SQLXML made = connection.createSQLXML();
            made.setString("<a><b>1</b></a>");
            set(connection, "UPDATE KIND SET NOTE = ?", statement -> statement.setSQLXML(1, made));
            try (ResultSet row = query(connection, "SELECT NOTE FROM KIND")) {
                return row.getSQLXML(1).getString();
            }
        });
        calls.put("read a row's identity", connection -> {
            try (ResultSet row = query(connection, "SELECT ID FROM KIND")) {
                RowId id = row.getRowId(1);
                return id.toString();
            }
        });
        calls.put(
                "find a row by its identity",
                connection -> found(
                        connection,
                        "SELECT ID FROM KIND WHERE ID = ?",
                        statement -> statement.setRowId(1, new Identity())));
        calls.put("make a structure", connection -> {
            Struct made = connection.createStruct("POINT", new Object[] {1, 2});
            return Arrays.toString(made.getAttributes());
        });
        calls.put("read a structure", connection -> {
            try (ResultSet row = query(connection, "SELECT ROW(1, 'x') FROM KIND")) {
                return row.getObject(1) instanceof Struct struct
                        ? Arrays.toString(struct.getAttributes())
                        : row.getString(1);
            }
        });
        calls.put("write and read large objects made by the connection", connection -> {
            Clob text = connection.createClob();
            text.setString(1, "long text");
            set(connection, "UPDATE KIND SET NAME = ?", statement -> statement.setClob(1, text));
            return value(connection, "SELECT NAME FROM KIND");
        });
        calls.put("write and read a binary large object", connection -> {
            Blob body = connection.createBlob();
            body.setBytes(1, new byte[] {4, 5, 6});
            set(connection, "UPDATE KIND SET BODY = ?", statement -> statement.setBlob(1, body));
            try (ResultSet row = query(connection, "SELECT BODY FROM KIND")) {
                return Arrays.toString(row.getBytes(1));
            }
        });
        calls.put("write streams", connection -> {
            set(connection, "UPDATE KIND SET NAME = ?, BODY = ?", statement -> {
                statement.setCharacterStream(1, new StringReader("streamed"), 8);
                statement.setBinaryStream(2, new ByteArrayInputStream(new byte[] {7, 8}), 2);
            });
            try (ResultSet row = query(connection, "SELECT NAME, BODY FROM KIND")) {
                return row.getString(1) + Arrays.toString(row.getBinaryStream(2).readAllBytes());
            }
        });
        calls.put(
                "find a row by streams",
                connection -> found(connection, "SELECT ID FROM KIND WHERE NAME = ? AND BODY = ?", statement -> {
                    statement.setCharacterStream(1, new StringReader("one"), 3);
                    statement.setBinaryStream(
                            2, new ByteArrayInputStream("abc".getBytes(StandardCharsets.US_ASCII)), 3);
                }));
        calls.put("read values of other classes", connection -> {
            try (ResultSet row = query(connection, "SELECT MADE, CODE, N FROM KIND")) {
                return row.getObject(1, LocalDateTime.class) + " " + row.getObject(2, UUID.class) + " "
                        + row.getObject(3, BigDecimal.class) + " " + row.getLong("n");
            }
        });
    }

    private static void typedObjects(Map<String, Call> calls) {
        for (JDBCType type :
                new JDBCType[] {JDBCType.INTEGER, JDBCType.VARCHAR, JDBCType.NUMERIC, JDBCType.DOUBLE, JDBCType.REF}) {
            calls.put(
                    "set an object as " + type,
                    connection -> found(
                            connection,
                            "SELECT ID FROM KIND WHERE N = CAST(? AS DECIMAL(9, 2))",
                            statement -> statement.setObject(1, "1", type)));
            calls.put(
                    "set an object as " + type + " with a scale",
                    connection -> found(
                            connection,
                            "SELECT ID FROM KIND WHERE N = CAST(? AS DECIMAL(9, 2))",
                            statement -> statement.setObject(1, new BigDecimal("1.000"), type, 1)));
        }
        calls.put(
                "set objects without a type",
                connection ->
                        found(connection, "SELECT ID FROM KIND WHERE CODE = ? AND MADE = ? AND NAME = ?", statement -> {
                            statement.setObject(1, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
                            statement.setObject(2, LocalDateTime.of(2024, 3, 1, 4, 5, 6));
                            statement.setObject(3, "one", Types.VARCHAR);
                        }));
        calls.put(
                "set dates and nulls",
                connection -> found(
                        connection,
                        "SELECT ID FROM KIND WHERE MADE > ? AND COALESCE(?, NAME) = NAME AND CAST(? AS TIMESTAMP WITH TIME ZONE) IS NOT NULL",
                        statement -> {
                            statement.setObject(1, LocalDate.of(2024, 1, 1).atStartOfDay());
                            statement.setNull(2, Types.VARCHAR);
                            statement.setObject(3, OffsetDateTime.of(2024, 3, 1, 4, 5, 6, 0, ZoneOffset.UTC));
                        }));
    }

    private static void keys(Map<String, Call> calls) {
        String sql = "INSERT INTO KIND(NAME) VALUES ('keyed')";
        calls.put("keys unasked", connection -> keys(connection, statement -> statement.executeUpdate(sql)));
        calls.put(
                "keys refused",
                connection -> keys(connection, statement -> statement.executeUpdate(sql, Statement.NO_GENERATED_KEYS)));
        calls.put(
                "keys by index",
                connection -> keys(connection, statement -> statement.executeUpdate(sql, new int[] {1})));
        calls.put(
                "keys by name",
                connection ->
                        keys(connection, statement -> statement.executeLargeUpdate(sql, new String[] {"id", "n"})));
        calls.put(
                "keys by execute",
                connection -> keys(connection, statement -> statement.execute(sql, new String[] {"id"})));
        calls.put(
                "keys of a name that is no column",
                connection -> keys(connection, statement -> statement.executeUpdate(sql, new String[] {"nowhere"})));
        calls.put("keys of a prepared statement by name", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql, new String[] {"id"})) {
                return keys(statement, statement.executeUpdate());
            }
        });
        calls.put("keys of a prepared statement by index", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql, new int[] {1})) {
                return keys(statement, statement.executeUpdate());
            }
        });
        calls.put("keys of a prepared batch", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("INSERT INTO KIND(NAME) VALUES (?)", new String[] {"id"})) {
                for (int i = 0; i < 3; i++) {
                    statement.setString(1, "b" + i);
                    statement.addBatch();
                }
                return keys(statement, Arrays.toString(statement.executeBatch()));
            }
        });
    }

    private static void batches(Map<String, Call> calls) {
        calls.put("a mixed batch", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("INSERT INTO KIND(NAME) VALUES ('b1')");
                statement.addBatch("UPDATE KIND SET NAME = 'b2'");
                statement.addBatch("DELETE FROM KIND WHERE NAME = 'b2'");
                return Arrays.toString(statement.executeBatch()) + Arrays.toString(statement.executeBatch());
            }
        });
        calls.put("a large batch", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("INSERT INTO KIND(ID, NAME) VALUES (?, ?)")) {
                for (int i = 0; i < 1_000; i++) {
                    statement.setInt(1, 100 + i);
                    statement.setString(2, "b" + i);
                    statement.addBatch();
                }
                return Arrays.stream(statement.executeLargeBatch()).sum()
                        + value(connection, "SELECT COUNT(*) FROM KIND");
            }
        });
        calls.put("a batch with a query in it", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("UPDATE KIND SET N = 5");
                statement.addBatch("SELECT ID FROM KIND");
                return Arrays.toString(statement.executeBatch());
            }
        });
        calls.put("a cleared batch", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("UPDATE KIND SET N = ?")) {
                statement.setInt(1, 5);
                statement.addBatch();
                statement.clearBatch();
                return Arrays.toString(statement.executeBatch()) + value(connection, "SELECT N FROM KIND");
            }
        });
    }

    private static void statements(Map<String, Call> calls) {
        calls.put("metadata before execution", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT ID, NAME N FROM KIND WHERE ID = ?")) {
                ResultSetMetaData columns = statement.getMetaData();
                return columns.getColumnCount()
                        + columns.getColumnLabel(2)
                        + columns.getColumnType(1)
                        + statement.getParameterMetaData().getParameterCount()
                        + statement.getParameterMetaData().getParameterType(1);
            }
        });
        calls.put("results of a count", connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute("UPDATE KIND SET N = N") + " " + statement.getUpdateCount() + " "
                        + statement.getMoreResults() + " " + statement.getUpdateCount() + " "
                        + statement.getLargeUpdateCount();
            }
        });
        calls.put("results of rows", connection -> {
            try (Statement statement = connection.createStatement()) {
                boolean rows = statement.execute("SELECT ID FROM KIND");
                ResultSet result = statement.getResultSet();
                return rows + " " + result.next() + " " + statement.getUpdateCount() + " " + statement.getMoreResults()
                        + " " + statement.getUpdateCount() + " " + result.isClosed();
            }
        });
        calls.put("the wrong method for a query", connection -> {
            try (Statement statement = connection.createStatement()) {
                return refused(() -> statement.executeUpdate("SELECT ID FROM KIND"));
            }
        });
        calls.put("an unset parameter", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT ID FROM KIND WHERE ID = ?")) {
                return refused(statement::executeQuery);
            }
        });
        calls.put("a scrollable result", connection -> {
            try (Statement statement =
                            connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                    ResultSet rows = statement.executeQuery("SELECT ID FROM KIND")) {
                return rows.last() + " " + rows.getRow() + rows.first() + rows.absolute(-1) + rows.isLast()
                        + rows.previous();
            }
        });
        calls.put("limits", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.setMaxRows(2);
                statement.setFetchSize(1);
                statement.setQueryTimeout(9);
                try (ResultSet rows = statement.executeQuery("SELECT 1 FROM KIND, (VALUES (1), (2), (3)) V")) {
                    int count = 0;
                    while (rows.next()) {
                        count++;
                    }
                    return count + " " + statement.getMaxRows() + statement.getFetchSize()
                            + statement.getQueryTimeout();
                }
            }
        });
        calls.put(
                "escapes",
                connection -> value(
                        connection,
                        "SELECT {d '2024-02-29'}, {fn ucase('x')} FROM KIND WHERE MADE > {ts '2024-01-01 00:00:00'}"));
        calls.put("close on completion", connection -> {
            Statement statement = connection.createStatement();
            statement.closeOnCompletion();
            boolean asked = statement.isCloseOnCompletion();
            statement.executeQuery("SELECT ID FROM KIND").close();
            return asked + " " + statement.isClosed();
        });
        calls.put("a call with an out parameter", connection -> {
            try (var call = connection.prepareCall("{? = call abs(?)}")) {
                call.registerOutParameter(1, Types.INTEGER);
                call.setInt(2, -42);
                call.execute();
                return call.getInt(1);
            }
        });
    }

    private static void connections(Map<String, Call> calls) {
        calls.put("begin and end a request", connection -> {
            connection.beginRequest();
            connection.endRequest();
            return value(connection, "SELECT N FROM KIND");
        });
        calls.put("sharding keys", connection -> refused(() -> connection.setShardingKey(null)));
        calls.put(
                "sharding keys if valid", connection -> refused(() -> connection.setShardingKeyIfValid(null, null, 1)));
        calls.put("validity", connection -> connection.isValid(1) + " " + connection.isClosed());
        calls.put(
                "settings",
                connection -> connection.getAutoCommit() + " " + connection.getTransactionIsolation() + " "
                        + connection.getHoldability() + " " + connection.isReadOnly() + " " + connection.getWarnings()
                        + " "
                        + connection.getTypeMap() + " " + connection.getNetworkTimeout());
        calls.put("a released savepoint", connection -> {
            connection.setAutoCommit(false);
            var savepoint = connection.setSavepoint("here");
            connection.releaseSavepoint(savepoint);
            return savepoint.getSavepointName() + refused(() -> connection.rollback(savepoint));
        });
        calls.put("metadata", connection -> {
            var facts = connection.getMetaData();
            try (ResultSet columns =
                    facts.getColumns(null, null, facts.storesLowerCaseIdentifiers() ? "kind" : "KIND", null)) {
                int count = 0;
                while (columns.next()) {
                    count++;
                }
                return facts.getDatabaseProductName()
                        + facts.supportsBatchUpdates()
                        + facts.getIdentifierQuoteString()
                        + count;
            }
        });
        calls.put(
                "native SQL",
                connection -> connection.nativeSQL("SELECT {fn now()}").isEmpty());
    }

    // ---------------------------------------------------------------- what they have in common

    private interface Setter {
        void on(PreparedStatement statement) throws SQLException;
    }

    private interface Action {
        void run() throws SQLException;
    }

    private interface Execution {
        Object on(Statement statement) throws SQLException;
    }

    /** That it is refused; each driver has its own words and codes for it. */
    private static String refused(Action action) {
        try {
            action.run();
            return "not refused";
        } catch (SQLException e) {
            return "refused";
        }
    }

    private static ResultSet query(Connection connection, String sql) throws SQLException {
        Statement statement = connection.createStatement();
        statement.closeOnCompletion();
        ResultSet row = statement.executeQuery(sql);
        row.next();
        return row;
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (ResultSet row = query(connection, sql)) {
            return row.getString(1);
        }
    }

    private static void set(Connection connection, String sql, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setter.on(statement);
            statement.executeUpdate();
        }
    }

    /** Whether a read finds the row, twice with the same parameters. */
    private static String found(Connection connection, String sql, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setter.on(statement);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? "found" : "not found";
            }
        }
    }

    private static String keys(Connection connection, Execution execution) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return keys(statement, execution.on(statement));
        }
    }

    private static String keys(Statement statement, Object outcome) throws SQLException {
        StringBuilder keys = new StringBuilder().append(outcome);
        try (ResultSet rows = statement.getGeneratedKeys()) {
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    keys.append(' ').append(rows.getString(i));
                }
                keys.append(';');
            }
        }
        return keys.toString();
    }

    private static final class Identity implements RowId {
        @Override
        public byte[] getBytes() {
            return new byte[] {1};
        }
    }
}
