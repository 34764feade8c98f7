package dev.weir.capture;

import dev.weir.forward.RecordedParameters;
import dev.weir.forward.RecordingPreparedStatement;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A prepared statement on a capturing connection. Confined to one connection. */
class CapturingPreparedStatement extends CapturingStatement implements RecordingPreparedStatement {
    private final String sql;
    private final Classification classification;
    private final PreparedStatement prepared;
    private final KeyRequest keys;
    private final RecordedParameters parameters = new RecordedParameters();
    private final List<WriteRequest> batch = new ArrayList<>();
    private long boundVersion = -1;

    CapturingPreparedStatement(
            CapturingConnection connection,
            String sql,
            Classification classification,
            PreparedStatement prepared,
            KeyRequest keys) {
        super(connection, prepared);
        this.sql = sql;
        this.classification = classification;
        this.prepared = prepared;
        this.keys = keys;
    }

    @Override
    public PreparedStatement delegate() {
        return prepared;
    }

    @Override
    public final RecordedParameters parameters() {
        return parameters;
    }

    /** Binds what has been set since the last execution. */
    void bind() throws SQLException {
        if (boundVersion != parameters.version() || parameters.hasStreams()) {
            parameters.bindTo(prepared);
            boundVersion = parameters.version();
        }
    }

    private WriteRequest request() {
        return new WriteRequest(sql, parameters, keys);
    }

    @Override
    final void requireUnprepared() throws SQLException {
        throw new SQLNonTransientException("This statement is prepared; use the methods without SQL", "07000");
    }

    @Override
    public final ResultSet executeQuery() throws SQLException {
        resetOutcome();
        CaptureSession.Work<ResultSet> plain = () -> {
            bind();
            return prepared.executeQuery();
        };
        return switch (classification.kind()) {
            case READ -> session().passed().pass(classification, plain);
            case PRIMARY_READ, CALL -> {
                session().observe(sql, classification);
                yield session().passed().passProvenReadOnly(sql, plain);
            }
            case WRITE -> {
                session().observe(sql, classification);
                yield session().writes().writingQuery(classification, request(), statements());
            }
            default -> {
                if (execute()) {
                    yield getResultSet();
                }
                throw Refusals.countForRows();
            }
        };
    }

    @Override
    public final boolean execute() throws SQLException {
        return execute(sql, classification, request(), () -> {
            bind();
            return prepared.execute();
        });
    }

    @Override
    public final long executeLargeUpdate() throws SQLException {
        requireCount(sql, classification);
        if (execute()) {
            throw Refusals.rowsForCount();
        }
        return getLargeUpdateCount();
    }

    @Override
    public final int executeUpdate() throws SQLException {
        return toInt(executeLargeUpdate());
    }

    @Override
    public final void addBatch() throws SQLException {
        batch.add(new WriteRequest(sql, ParameterCopy.of(parameters), keys));
    }

    @Override
    public final void clearBatch() {
        batch.clear();
    }

    @Override
    public final int[] executeBatch() throws SQLException {
        return Arrays.stream(executeLargeBatch())
                .mapToInt(CapturingStatement::toInt)
                .toArray();
    }

    @Override
    public final long[] executeLargeBatch() throws SQLException {
        resetOutcome();
        List<WriteRequest> requests = List.copyOf(batch);
        batch.clear();
        if (classification.kind() == Kind.WRITE && !requests.isEmpty()) {
            session().observe(sql, classification);
            Optional<BatchOutcome> all = session().writes().writeAll(classification, sql, requests, statements());
            if (all.isPresent()) {
                remember(all.get().outcome());
                return all.get().counts();
            }
        }
        return each(requests.size(), i -> executeElement(requests.get(i)));
    }

    private long executeElement(WriteRequest request) throws SQLException {
        boolean rows = execute(sql, classification, request, () -> {
            request.bind(prepared);
            boundVersion = -1;
            return prepared.execute();
        });
        return rows ? SUCCESS_NO_INFO : getLargeUpdateCount();
    }
}
