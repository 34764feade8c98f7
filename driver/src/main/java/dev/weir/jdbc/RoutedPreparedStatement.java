package dev.weir.jdbc;

import dev.weir.forward.RecordedParameters;
import dev.weir.forward.RecordingPreparedStatement;
import dev.weir.routing.Route;
import dev.weir.sql.Classification;
import dev.weir.sql.StatementPart;
import dev.weir.sql.Tables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement that is prepared on each node that executes it; its parameters are recorded and bound there. Streams of a
 * read are taken into memory; larger ones send it to the primary, since they can be read once. Confined to one connection, but for
 * {@link #cancel}.
 */
class RoutedPreparedStatement extends RoutedStatement implements RecordingPreparedStatement {
    /** How many bytes of the streams of a read are kept in memory, so that it can be sent to a replica and be repeated. */
    private static final long MOST_SPOOLED = 1 << 20;

    private static final VarHandle RECORDED;

    static {
        try {
            RECORDED = MethodHandles.lookup()
                    .findVarHandle(RoutedPreparedStatement.class, "recorded", RecordedParameters.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private Classification classification;
    private @Nullable Tables tables;
    private int generation;
    private @Nullable RecordedParameters recorded;
    private final long preparer;

    RoutedPreparedStatement(RoutedConnection connection, StatementForm form, String sql, GeneratedKeys keys) {
        super(connection, form, sql, keys);
        this.generation = connection.database().generation();
        this.classification = connection.classify(sql);
        this.tables = freelyRead(classification);
        this.recorded = connection.roomForParameters();
        this.preparer = Thread.currentThread().getId();
    }

    /** The route of the read before if it may take that; null if its own must be worked out. */
    private @Nullable Route standing() {
        return tables != null && isPlain() ? routedConnection().execution().standing(tables, generation) : null;
    }

    /** What the text is, asked again when the catalog has changed or a replica has refused it. */
    private Classification classification() {
        int now = routedConnection().database().generation();
        if (now != generation) {
            classification = routedConnection().classify(sql());
            tables = freelyRead(classification);
            generation = now;
        }
        return classification;
    }

    @Override
    public final RecordedParameters parameters() {
        RecordedParameters own = recorded;
        if (own == null) {
            // What is set on a closed statement must not reach the one that has the place of its values now.
            own = new RecordedParameters();
            recorded = own;
        }
        return own;
    }

    @Override
    final boolean isRepeatable() throws SQLException {
        return parameters().spool(MOST_SPOOLED);
    }

    @Override
    final boolean isPlain() {
        return super.isPlain() && !parameters().hasStreams();
    }

    @Override
    @Nullable Parts parts(String text) throws SQLException {
        List<StatementPart> split = routedConnection().database().parts(text);
        if (split == null) {
            return null;
        }
        int last = split.stream().mapToInt(StatementPart::parameters).sum();
        for (int i = 1; i <= last; i++) {
            if (parameters().kind(i) == null) {
                throw Refusal.parameterUnset(i);
            }
        }
        if (!isRepeatable()) {
            throw Refusal.unsupported("Streams of more than " + MOST_SPOOLED
                    + " bytes cannot be given to a text of several statements on H2; execute each statement by itself");
        }
        return new Parts(this, split, parameters());
    }

    @Override
    final boolean hasParameters() {
        return parameters().count() > 0;
    }

    @Override
    final boolean isPrepared() {
        return true;
    }

    @Override
    Statement create(Connection on) throws SQLException {
        return keys() == GeneratedKeys.Unasked.UNASKED ? form().prepare(on, sql()) : keys().prepare(on, sql());
    }

    @Override
    final Statement unwrapped(Statement pooled) throws SQLException {
        return pooled.unwrap(PreparedStatement.class);
    }

    @Override
    final ResultSet queryOn(Statement target) throws SQLException {
        return ((PreparedStatement) target).executeQuery();
    }

    @Override
    final int updateOn(Statement target) throws SQLException {
        return ((PreparedStatement) target).executeUpdate();
    }

    @Override
    final long largeUpdateOn(Statement target) throws SQLException {
        return ((PreparedStatement) target).executeLargeUpdate();
    }

    @Override
    final boolean executeOn(Statement target) throws SQLException {
        return ((PreparedStatement) target).execute();
    }

    @Override
    final void prepareToExecute(Target target) throws SQLException {
        RecordedParameters parameters = parameters();
        long version = parameters.version();
        parameters.rewind();
        if (parameters.bound() != version) {
            if (parameters.hasStreams()) {
                bindStreams(target);
            } else {
                bind(target);
            }
            parameters.bound(version);
        }
    }

    @Override
    final void leave(Target target) throws SQLException {
        target.bound = parameters().bound();
        super.leave(target);
    }

    @Override
    final void enter(Target target) {
        parameters().bound(target.bound);
    }

    /** Binding consumes streams: what was bound to one node's statement is not there for another's. */
    private void bindStreams(Target target) throws SQLException {
        if (parameters().hasConsumedStreamAfter(parameters().bound())) {
            throw Refusal.consumedStream();
        }
        bind(target);
        parameters().consume();
    }

    void bind(Target target) throws SQLException {
        parameters().bindTo((PreparedStatement) target.statement, parameters().bound());
    }

    @Override
    public void clearParameters() throws SQLException {
        checkOpen();
        parameters().clear();
        for (Target target : targets()) {
            ((PreparedStatement) target.statement).clearParameters();
        }
    }

    @Override
    public final void close() throws SQLException {
        // Nobody gives its parameters back twice, and nobody while another thread may be sending them.
        RecordedParameters own = (@Nullable RecordedParameters) RECORDED.getAndSet(this, null);
        try {
            super.close();
        } finally {
            if (own != null && Thread.currentThread().getId() == preparer) {
                routedConnection().giveBack(own);
            }
        }
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        beginExecution();
        Route route = standing();
        return route != null
                ? routedConnection().execution().readStanding(this, sql(), classification, route, Call.QUERY)
                : run(sql(), classification(), Call.QUERY);
    }

    @Override
    public int executeUpdate() throws SQLException {
        return execute(sql(), classification(), Call.UPDATE);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return execute(sql(), classification(), Call.LARGE_UPDATE);
    }

    @Override
    public boolean execute() throws SQLException {
        beginExecution();
        Route route = standing();
        return route != null
                ? routedConnection().execution().readStanding(this, sql(), classification, route, Call.EXECUTE)
                : run(sql(), classification(), Call.EXECUTE);
    }

    @Override
    public void addBatch() throws SQLException {
        beginExecution();
        ((PreparedStatement) batchFor(sql(), classification())).addBatch();
    }

    @Override
    public @Nullable ResultSetMetaData getMetaData() throws SQLException {
        checkOpen();
        ResultSetMetaData own = Answers.metaData(classification().kind());
        return own != null ? own : delegate().getMetaData();
    }

    @Override
    public PreparedStatement delegate() throws SQLException {
        return (PreparedStatement) super.delegate();
    }

    // ---------------------------------------------------------------- a prepared statement has its SQL already

    @Override
    public final ResultSet executeQuery(String text) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final int executeUpdate(String text) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final int executeUpdate(String text, int flag) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final int executeUpdate(String text, int[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final int executeUpdate(String text, String[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final long executeLargeUpdate(String text) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final long executeLargeUpdate(String text, int flag) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final long executeLargeUpdate(String text, int[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final long executeLargeUpdate(String text, String[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final boolean execute(String text) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final boolean execute(String text, int flag) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final boolean execute(String text, int[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final boolean execute(String text, String[] columns) throws SQLException {
        throw Refusal.preparedOnly();
    }

    @Override
    public final void addBatch(String text) throws SQLException {
        throw Refusal.preparedOnly();
    }
}
