package dev.weir.capture;

import dev.weir.forward.RecordedParameters;
import dev.weir.forward.RecordingCallableStatement;
import dev.weir.sql.Classification;
import java.sql.CallableStatement;
import java.sql.SQLException;

/** A call on a capturing connection, which must not change rows. Confined to one connection. */
final class CapturingCallableStatement extends CapturingPreparedStatement implements RecordingCallableStatement {
    private final CallableStatement call;

    CapturingCallableStatement(
            CapturingConnection connection, String sql, Classification classification, CallableStatement call) {
        super(connection, sql, classification, call, KeyRequest.NONE);
        this.call = call;
    }

    @Override
    public CallableStatement delegate() {
        return call;
    }

    @Override
    void bind() throws SQLException {
        RecordedParameters recorded = parameters();
        recorded.bindTo(call);
    }
}
