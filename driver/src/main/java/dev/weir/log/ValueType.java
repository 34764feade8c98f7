package dev.weir.log;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;

/** How a column of an H2 type is read without loss. Immutable. */
public enum ValueType {
    NULL,
    BOOLEAN,
    INTEGER,
    BIGINT,
    REAL,
    DOUBLE,
    NUMERIC,
    TEXT,
    BYTES,
    /** A text of any length. */
    CLOB,
    /** Bytes of any length. */
    BLOB,
    DATE,
    TIME,
    TIME_OFFSET,
    TIMESTAMP,
    TIMESTAMP_OFFSET,
    UUID,
    ARRAY,
    ROW;

    /**
     * The way to read a type.
     *
     * @param typeName H2's name of the type, as {@link java.sql.ResultSetMetaData#getColumnTypeName} gives it
     * @throws SQLException 0A000 if the log has no form for the type
     */
    public static ValueType of(String typeName) throws SQLException {
        if (typeName.endsWith(" ARRAY") || typeName.endsWith("]")) {
            return ARRAY;
        }
        if (typeName.startsWith("INTERVAL")) {
            return TEXT;
        }
        return switch (withoutParts(typeName)) {
            case "TINYINT", "SMALLINT", "INTEGER", "INT" -> INTEGER;
            case "BIGINT" -> BIGINT;
            case "BOOLEAN" -> BOOLEAN;
            case "REAL" -> REAL;
            case "DOUBLE", "DOUBLE PRECISION", "FLOAT" -> DOUBLE;
            case "NUMERIC", "DECIMAL" -> NUMERIC;
            case "CHAR", "CHARACTER", "VARCHAR", "CHARACTER VARYING", "VARCHAR_IGNORECASE", "DECFLOAT", "ENUM" -> TEXT;
            case "BINARY", "VARBINARY", "BINARY VARYING", "JSON", "GEOMETRY", "JAVA_OBJECT" -> BYTES;
            case "CLOB", "CHARACTER LARGE OBJECT" -> CLOB;
            case "BLOB", "BINARY LARGE OBJECT" -> BLOB;
            case "DATE" -> DATE;
            case "TIME" -> TIME;
            case "TIME WITH TIME ZONE" -> TIME_OFFSET;
            case "TIMESTAMP" -> TIMESTAMP;
            case "TIMESTAMP WITH TIME ZONE" -> TIMESTAMP_OFFSET;
            case "UUID" -> UUID;
            case "ROW" -> ROW;
            case "NULL" -> NULL;
            default -> throw unsupported(typeName);
        };
    }

    /** The name without length, precision, or the fields of a composite. */
    private static String withoutParts(String typeName) {
        int open = typeName.indexOf('(');
        if (open < 0) {
            return typeName;
        }
        String rest = typeName.substring(typeName.lastIndexOf(')') + 1).trim();
        String name = typeName.substring(0, open).trim();
        return rest.isEmpty() ? name : name + ' ' + rest;
    }

    static SQLException unsupported(String typeName) {
        return new SQLFeatureNotSupportedException(
                "A value of type " + typeName + " cannot be replicated; use another type for the column", "0A000");
    }
}
