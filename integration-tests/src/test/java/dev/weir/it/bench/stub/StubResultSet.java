package dev.weir.it.bench.stub;

import dev.weir.forward.ForwardingResultSet;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Some rows, all alike. Confined to one thread. */
final class StubResultSet implements ForwardingResultSet {
    private final Statement statement;
    private StubAnswer answer = StubAnswer.NO_ROW;
    private int left;
    private boolean closed;

    StubResultSet(Statement statement) {
        this.statement = statement;
    }

    StubResultSet answering(StubAnswer next) {
        answer = next;
        left = next.rows();
        closed = false;
        return this;
    }

    @Override
    public ResultSet delegate() {
        return Nothing.SAID;
    }

    @Override
    public boolean next() {
        left--;
        return left >= 0;
    }

    @Override
    public boolean getBoolean(int column) {
        return answer.flag(column);
    }

    @Override
    public int getInt(int column) {
        return (int) answer.number(column);
    }

    @Override
    public long getLong(int column) {
        return answer.number(column);
    }

    @Override
    public @Nullable String getString(int column) {
        return answer.text();
    }

    @Override
    public boolean wasNull() {
        return false;
    }

    @Override
    public Statement getStatement() {
        return statement;
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
    public <T> T unwrap(Class<T> type) {
        return type.cast(this);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    /** What nothing has an answer of its own for; made when it is first asked, so that a start does not pay for it. */
    private static final class Nothing {
        static final ResultSet SAID = Silence.of(ResultSet.class);
    }
}
