package dev.weir.jdbc;

import dev.weir.forward.RecordingCallableStatement;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A call of a routine, which runs on the primary: what a routine does is not known. Its out parameters are registered and read there.
 * Confined to one connection, but for {@link #cancel}.
 */
final class RoutedCallableStatement extends RoutedPreparedStatement implements RecordingCallableStatement {
    RoutedCallableStatement(RoutedConnection connection, StatementForm form, String sql) {
        super(connection, form, sql, GeneratedKeys.Unasked.UNASKED);
    }

    @Override
    Statement create(Connection on) throws SQLException {
        return form().prepareCall(on, sql());
    }

    @Override
    void bind(Target target) throws SQLException {
        parameters().bindTo((CallableStatement) target.statement, parameters().bound());
    }

    /** Its text is a call, of whatever the target makes of it. */
    @Override
    @Nullable Parts parts(String text) {
        return null;
    }

    @Override
    public CallableStatement delegate() throws SQLException {
        return (CallableStatement) super.delegate();
    }
}
