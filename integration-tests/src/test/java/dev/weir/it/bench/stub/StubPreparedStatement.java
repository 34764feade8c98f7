package dev.weir.it.bench.stub;

import dev.weir.forward.ForwardingPreparedStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/** A prepared statement that executes nothing and keeps one parameter, so that setting it is not free of effect. Confined to one thread. */
final class StubPreparedStatement extends StubStatement implements ForwardingPreparedStatement {
    private final StubAnswer answer;
    private long parameter;
    private int batched;

    StubPreparedStatement(StubConnection connection, String sql) {
        super(connection);
        this.answer = StubAnswer.to(sql, connection.isStandby());
    }

    /** The newest integer that was set. */
    long parameter() {
        return parameter;
    }

    @Override
    public PreparedStatement delegate() {
        return Nothing.SAID;
    }

    @Override
    public void setInt(int index, int value) {
        parameter = value;
    }

    @Override
    public void setLong(int index, long value) {
        parameter = value;
    }

    @Override
    public void setString(int index, @Nullable String value) {
        parameter = index;
    }

    @Override
    public void addBatch() {
        batched++;
    }

    @Override
    public void clearBatch() {
        batched = 0;
    }

    @Override
    public int[] executeBatch() {
        int[] counts = new int[batched];
        batched = 0;
        return counts;
    }

    @Override
    public ResultSet executeQuery() {
        return answer(answer);
    }

    @Override
    public int executeUpdate() {
        return 1;
    }

    @Override
    public boolean execute() {
        answer(answer);
        return true;
    }

    /** What nothing has an answer of its own for; made when it is first asked, so that a start does not pay for it. */
    private static final class Nothing {
        static final PreparedStatement SAID = Silence.of(PreparedStatement.class);
    }
}
