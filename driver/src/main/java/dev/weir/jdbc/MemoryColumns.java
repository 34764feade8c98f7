package dev.weir.jdbc;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** The columns of a {@link MemoryResultSet}. Immutable. */
record MemoryColumns(List<Column> columns) implements ResultSetMetaData {
    MemoryColumns {
        columns = List.copyOf(columns);
    }

    /**
     * One column.
     *
     * @param type the class of its values: String, Long or Boolean
     */
    record Column(String name, Class<?> type) {}

    static Column text(String name) {
        return new Column(name, String.class);
    }

    static Column number(String name) {
        return new Column(name, Long.class);
    }

    static Column truth(String name) {
        return new Column(name, Boolean.class);
    }

    int indexOf(String label) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name.equalsIgnoreCase(label)) {
                return i + 1;
            }
        }
        throw Refusal.invalid("There is no column \"" + label + "\"; the columns are "
                + columns.stream().map(Column::name).toList());
    }

    int checked(int column) throws SQLException {
        if (column < 1 || column > columns.size()) {
            throw Refusal.invalid("Column " + column + " is outside 1 to " + columns.size());
        }
        return column;
    }

    private Column column(int column) throws SQLException {
        return columns.get(checked(column) - 1);
    }

    @Override
    public int getColumnCount() {
        return columns.size();
    }

    @Override
    public String getColumnLabel(int column) throws SQLException {
        return column(column).name;
    }

    @Override
    public String getColumnName(int column) throws SQLException {
        return column(column).name;
    }

    @Override
    public int getColumnType(int column) throws SQLException {
        Class<?> type = column(column).type;
        return type == Long.class ? Types.BIGINT : type == Boolean.class ? Types.BOOLEAN : Types.VARCHAR;
    }

    @Override
    public String getColumnTypeName(int column) throws SQLException {
        Class<?> type = column(column).type;
        return type == Long.class ? "BIGINT" : type == Boolean.class ? "BOOLEAN" : "VARCHAR";
    }

    @Override
    public String getColumnClassName(int column) throws SQLException {
        return column(column).type.getName();
    }

    @Override
    public int getColumnDisplaySize(int column) throws SQLException {
        return column(column).type == String.class ? 255 : 20;
    }

    @Override
    public int getPrecision(int column) throws SQLException {
        return column(column).type == Long.class ? 19 : 0;
    }

    @Override
    public int getScale(int column) throws SQLException {
        checked(column);
        return 0;
    }

    @Override
    public int isNullable(int column) throws SQLException {
        checked(column);
        return columnNullable;
    }

    @Override
    public boolean isSigned(int column) throws SQLException {
        return column(column).type == Long.class;
    }

    @Override
    public boolean isAutoIncrement(int column) throws SQLException {
        checked(column);
        return false;
    }

    @Override
    public boolean isCaseSensitive(int column) throws SQLException {
        checked(column);
        return true;
    }

    @Override
    public boolean isSearchable(int column) throws SQLException {
        checked(column);
        return false;
    }

    @Override
    public boolean isCurrency(int column) throws SQLException {
        checked(column);
        return false;
    }

    @Override
    public boolean isReadOnly(int column) throws SQLException {
        checked(column);
        return true;
    }

    @Override
    public boolean isWritable(int column) throws SQLException {
        checked(column);
        return false;
    }

    @Override
    public boolean isDefinitelyWritable(int column) throws SQLException {
        checked(column);
        return false;
    }

    @Override
    public String getSchemaName(int column) throws SQLException {
        checked(column);
        return "";
    }

    @Override
    public String getTableName(int column) throws SQLException {
        checked(column);
        return "";
    }

    @Override
    public String getCatalogName(int column) throws SQLException {
        checked(column);
        return "";
    }

    @Override
    @NullUnmarked
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw Refusal.notWrapper(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
