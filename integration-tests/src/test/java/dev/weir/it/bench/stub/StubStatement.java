package dev.weir.it.bench.stub;

import dev.weir.forward.ForwardingStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement that executes nothing. Confined to one thread. */
class StubStatement implements ForwardingStatement {
    final StubConnection connection;
    private final StubResultSet rows = new StubResultSet(this);
    private boolean closed;

    StubStatement(StubConnection connection) {
        this.connection = connection;
    }

    StubResultSet answer(String sql) {
        return rows.answering(StubAnswer.to(sql, connection.isStandby()));
    }

    StubResultSet answer(StubAnswer answer) {
        return rows.answering(answer);
    }

    @Override
    public Statement delegate() {
        return Nothing.SAID;
    }

    @Override
    public ResultSet executeQuery(String sql) {
        return answer(sql);
    }

    @Override
    public boolean execute(String sql) {
        answer(sql);
        return true;
    }

    @Override
    public int executeUpdate(String sql) {
        return 1;
    }

    @Override
    public ResultSet getResultSet() {
        return rows;
    }

    @Override
    public ResultSet getGeneratedKeys() {
        return answer(StubAnswer.NO_ROW);
    }

    @Override
    public int getUpdateCount() {
        return -1;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public <T> @Nullable T unwrap(Class<T> type) {
        return type.cast(this);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    /** What nothing has an answer of its own for; made when it is first asked, so that a start does not pay for it. */
    private static final class Nothing {
        static final Statement SAID = Silence.of(Statement.class);
    }
}
