package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every H2 type goes from a table through the log's encoding into another table without loss. */
final class ValueRoundTripTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            BOOLEAN | TRUE
            TINYINT | -128
            SMALLINT | 32767
            INTEGER | -2147483648
            BIGINT | 9223372036854775807
            NUMERIC(30,10) | 12345678901234567890.0123456789
            NUMERIC(5,0) | 10000
            DECFLOAT | 1E+400
            DECFLOAT | CAST('NaN' AS DECFLOAT)
            DECFLOAT | CAST('-Infinity' AS DECFLOAT)
            REAL | CAST(0.1 AS REAL)
            REAL | CAST('NaN' AS REAL)
            DOUBLE PRECISION | CAST(-0.0 AS DOUBLE PRECISION)
            DOUBLE PRECISION | 4.9E-324
            DOUBLE PRECISION | CAST('Infinity' AS DOUBLE PRECISION)
            FLOAT(20) | 1.5
            CHAR(5) | 'ab'
            VARCHAR(100) | ''
            VARCHAR(100) | U&'\\+01F600 \\00e9'
            VARCHAR(100) | CHAR(55357) || 'x'
            VARCHAR_IGNORECASE(10) | 'aB'
            CLOB | REPEAT('long text ', 5000)
            CLOB | ''
            BINARY(4) | X'01020304'
            VARBINARY(10) | X''
            BLOB | CAST(REPEAT('00ff', 20000) AS BLOB)
            DATE | DATE '-0043-03-15'
            DATE | DATE '9999999-12-31'
            TIME(9) | TIME '23:59:59.123456789'
            TIME(0) | TIME '00:00:00'
            TIME(9) WITH TIME ZONE | TIME WITH TIME ZONE '10:11:12.123456789+05:30:15'
            TIMESTAMP(9) | TIMESTAMP '2026-03-29 02:30:00.123456789'
            TIMESTAMP | TIMESTAMP '-0001-01-01 00:00:00'
            TIMESTAMP(9) WITH TIME ZONE | TIMESTAMP WITH TIME ZONE '2026-03-29 02:30:00.123456789-17:59'
            INTERVAL YEAR TO MONTH | INTERVAL -'12-3' YEAR TO MONTH
            INTERVAL DAY(5) TO SECOND(9) | INTERVAL '12345 01:02:03.123456789' DAY TO SECOND
            INTERVAL HOUR | INTERVAL '5' HOUR
            UUID | RANDOM_UUID()
            ENUM('a', 'b c') | 'b c'
            JSON | JSON '{"a": [1, null, "x"], "b": 1.0}'
            JSON | JSON '"text"'
            JSON | JSON 'null'
            GEOMETRY | GEOMETRY 'SRID=4326;POINT Z (1 2 3)'
            GEOMETRY(POINT) | GEOMETRY 'POINT (1.5 -2)'
            JAVA_OBJECT | CAST(X'aced00057400016b' AS JAVA_OBJECT)
            INTEGER ARRAY | ARRAY[1, NULL, 3]
            INTEGER ARRAY | ARRAY[]
            VARCHAR(10) ARRAY[3] | ARRAY['a', '', NULL]
            TIMESTAMP(9) ARRAY | ARRAY[TIMESTAMP '2026-03-29 02:30:00.123456789']
            INTEGER ARRAY ARRAY | ARRAY[ARRAY[1, 2], NULL, ARRAY[]]
            JSON ARRAY | ARRAY[JSON '{"a":1}', JSON '2']
            INTERVAL DAY ARRAY | ARRAY[INTERVAL '3' DAY]
            DECFLOAT ARRAY | ARRAY[CAST('NaN' AS DECFLOAT), 1.50]
            ROW(A INTEGER, B VARCHAR(10)) | ROW(1, 'x')
            ROW(A ROW(B INTEGER, C TIME(9)), D INTEGER ARRAY) | ROW(ROW(1, TIME '01:02:03.000000001'), ARRAY[1,2])
            """)
    void shouldKeepValueWhenReplayed(String type, String literal) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE A(ID INTEGER PRIMARY KEY, V " + type + ")");
            statement.execute("CREATE TABLE B(ID INTEGER PRIMARY KEY, V " + type + ")");
            statement.execute("CREATE TABLE BAG(V " + type + ")");
            statement.execute("INSERT INTO A VALUES (1, " + literal + "), (2, NULL)");
            statement.execute("INSERT INTO BAG SELECT V FROM A");

            Rows images = throughCodec(read(statement, "A", Change.INSERT, 0));
            apply(connection, withTable(images, "B", Change.INSERT, 0));
            assertSame(statement);

            statement.execute("UPDATE B SET V = NULL");
            apply(connection, withTable(images, "B", Change.UPDATE, 1));
            assertSame(statement);

            statement.execute("DELETE FROM B WHERE ID = 1");
            apply(connection, withTable(images, "B", Change.UPSERT, 1));
            assertSame(statement);

            apply(connection, throughCodec(read(statement, "BAG", Change.DELETE_BAG, 0)));
            assertThat(count(statement, "SELECT COUNT(*) FROM BAG")).isZero();
        }
    }

    @Test
    void shouldRefuseArrayOfRows() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE A(V ROW(A INTEGER) ARRAY)");
            statement.execute("INSERT INTO A VALUES (ARRAY[ROW(1)])");
            assertThatThrownBy(() -> read(statement, "A", Change.INSERT, 0))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("ARRAY");
        }
    }

    @Test
    void shouldKeepAlwaysIdentityWhenReplayed() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            for (String table : List.of("A", "B")) {
                statement.execute("CREATE TABLE " + table
                        + "(ID BIGINT GENERATED ALWAYS AS IDENTITY(START WITH 7) PRIMARY KEY, V INTEGER)");
            }
            statement.execute("INSERT INTO A(V) VALUES (1), (2)");
            apply(connection, withTable(read(statement, "A", Change.INSERT, 0), "B", Change.INSERT, 0));
            assertThat(count(statement, "SELECT COUNT(*) FROM B WHERE ID IN (7, 8)"))
                    .isEqualTo(2);
        }
    }

    private static void assertSame(Statement statement) throws SQLException {
        assertThat(count(statement, "SELECT COUNT(*) FROM A JOIN B ON A.ID = B.ID AND A.V IS NOT DISTINCT FROM B.V"))
                .isEqualTo(2);
        assertThat(count(
                        statement,
                        "SELECT COUNT(*) FROM A JOIN B USING (ID) WHERE CAST(A.V AS VARBINARY) IS DISTINCT FROM CAST(B.V AS VARBINARY)",
                        0))
                .isZero();
    }

    /** As {@link #count(Statement, String)}, but {@code otherwise} for a type that has no such cast. */
    private static long count(Statement statement, String sql, long otherwise) {
        try {
            return count(statement, sql);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("22018");
            return otherwise;
        }
    }

    private static long count(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static Rows read(Statement statement, String table, Change change, int keys) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT * FROM " + table)) {
            ResultSetMetaData meta = result.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                columns.add(meta.getColumnName(i));
            }
            List<@Nullable Object[]> rows = new ArrayList<>();
            while (result.next()) {
                @Nullable Object[] row = new @Nullable Object[columns.size()];
                for (int i = 0; i < row.length; i++) {
                    row[i] = Values.read(result, i + 1, ValueType.of(meta.getColumnTypeName(i + 1)));
                }
                rows.add(row);
            }
            return new Rows("PUBLIC", table, change, columns, keys, rows);
        }
    }

    private static Rows throughCodec(Rows rows) {
        BodyWriter writer = new BodyWriter();
        writer.append(rows);
        return (Rows) BodyReader.read(writer.toByteArray()).get(0);
    }

    private static Rows withTable(Rows rows, String table, Change change, int keys) {
        return new Rows("PUBLIC", table, change, rows.columns(), keys, rows.rows());
    }

    private static void apply(Connection connection, Rows rows) throws SQLException {
        for (@Nullable Object[] row : rows.rows()) {
            int changed = 0;
            List<String> texts = ReplaySql.texts(rows, row);
            for (int text = 0; changed == 0 && text < texts.size(); text++) {
                try (PreparedStatement statement = connection.prepareStatement(texts.get(text))) {
                    ReplaySql.bind(statement, rows, row, text);
                    changed = statement.executeUpdate();
                }
            }
            assertThat(changed).isEqualTo(1);
        }
    }
}
