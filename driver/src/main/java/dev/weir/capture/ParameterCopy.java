package dev.weir.capture;

import dev.weir.forward.RecordedParameters;
import dev.weir.forward.RecordingPreparedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A recorder of parameters that executes nothing: what one element of a batch was given. Confined to one connection. */
final class ParameterCopy implements RecordingPreparedStatement {
    private final RecordedParameters parameters = new RecordedParameters();

    private ParameterCopy() {}

    /** The parameters as they are now; what is set on the original later does not show. */
    static RecordedParameters of(RecordedParameters original) throws SQLException {
        ParameterCopy copy = new ParameterCopy();
        original.bindTo((PreparedStatement) copy);
        return copy.parameters;
    }

    @Override
    public RecordedParameters parameters() {
        return parameters;
    }

    @Override
    public PreparedStatement delegate() {
        throw new UnsupportedOperationException("Parameters are copied, not executed");
    }

    @Override
    public ResultSet executeQuery() {
        return delegate(ResultSet.class);
    }

    @Override
    public ResultSet executeQuery(String sql) {
        return delegate(ResultSet.class);
    }

    @Override
    public ResultSet getResultSet() {
        return delegate(ResultSet.class);
    }

    @Override
    public ResultSet getGeneratedKeys() {
        return delegate(ResultSet.class);
    }

    @Override
    public Connection getConnection() {
        return delegate(Connection.class);
    }

    @Override
    public void close() {}

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return delegate(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    private <T> T delegate(Class<T> type) {
        throw new UnsupportedOperationException("Parameters are copied, not executed; no " + type.getSimpleName());
    }
}
