package dev.weir.capture;

import dev.weir.forward.ForwardingStatement;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.WriteShape;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement on a capturing connection: what writes is logged, everything else goes through. Confined to one connection. */
class CapturingStatement implements ForwardingStatement {
    private final CapturingConnection connection;
    private final Statement physical;
    private final PreparedStatements statements;
    private final List<String> batch = new ArrayList<>();
    /** What the last execution was, if it did not go to {@link #delegate()}. */
    private @Nullable WriteOutcome outcome;

    private boolean countTaken;

    /** What the last execution gave if it was a query that modifies data, run by {@code execute}. */
    private @Nullable ResultSet rows;

    CapturingStatement(CapturingConnection connection, Statement physical) {
        this.connection = connection;
        this.physical = physical;
        this.statements = new PreparedStatements(connection.delegate());
    }

    @Override
    public Statement delegate() {
        return physical;
    }

    final CaptureSession session() {
        return connection.session();
    }

    final PreparedStatements statements() {
        return statements;
    }

    /** Notes that the next results are those of {@link #delegate()} again. */
    final void resetOutcome() {
        outcome = null;
        rows = null;
    }

    final void remember(WriteOutcome written) {
        outcome = written;
        countTaken = false;
    }

    private void rememberCount(long count) {
        remember(new WriteOutcome(count, null, 0));
    }

    @Override
    public final ResultSet executeQuery(String sql) throws SQLException {
        requireUnprepared();
        resetOutcome();
        Classification classification = session().classify(sql);
        session().observe(sql, classification);
        return switch (classification.kind()) {
            case WRITE -> session().writes().writingQuery(classification, request(sql, KeyRequest.NONE), statements);
            case READ, EMPTY -> session().passed().pass(classification, () -> physical.executeQuery(sql));
            case SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION -> physical.executeQuery(sql);
            case PRIMARY_READ, CALL -> session().passed().passProvenReadOnly(sql, () -> physical.executeQuery(sql));
            case MAINTENANCE -> session().passed().passMaintenance(sql, () -> physical.executeQuery(sql));
            case SESSION, TRANSACTION_SETTING -> session().passed().passSetting(sql, () -> physical.executeQuery(sql));
            case DDL, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE_SAVEPOINT, ROLLBACK_TO_SAVEPOINT ->
                throw Refusals.countForRows();
            case MULTIPLE, UNKNOWN -> throw unknown(sql, classification);
        };
    }

    private boolean execute(String sql, KeyRequest keys) throws SQLException {
        requireUnprepared();
        return execute(sql, session().classify(sql), request(sql, keys), () -> physical.execute(sql));
    }

    /** Runs a statement of any kind; true if its first result is rows. */
    final boolean execute(
            String sql, Classification classification, WriteRequest request, CaptureSession.Work<Boolean> plain)
            throws SQLException {
        resetOutcome();
        session().observe(sql, classification);
        switch (classification.kind()) {
            case READ, EMPTY -> {
                return session().passed().pass(classification, plain);
            }
            case SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION -> {
                return plain.run();
            }
            case PRIMARY_READ, CALL -> {
                return session().passed().passProvenReadOnly(sql, plain);
            }
            case MAINTENANCE -> {
                return session().passed().passMaintenance(sql, plain);
            }
            case SESSION, TRANSACTION_SETTING -> {
                return session().passed().passSetting(sql, plain);
            }
            case WRITE -> {
                if (givesRows(sql, classification)) {
                    rows = session().writes().writingQuery(classification, request, statements);
                    rememberCount(-1);
                    return true;
                }
                remember(session().writes().write(classification, request, statements));
            }
            case DDL -> {
                rememberCount(session().schemaChanges().run(sql, classification));
            }
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE_SAVEPOINT, ROLLBACK_TO_SAVEPOINT -> {
                session().control(sql, classification);
                rememberCount(0);
            }
            case MULTIPLE -> throw unknown(sql, classification);
            case UNKNOWN -> executeUnknown(sql, classification, plain);
        }
        return false;
    }

    /** Runs what the classifier does not know but capture does: scripts, texts that are executed, prepared statements of SQL. */
    private void executeUnknown(String sql, Classification classification, CaptureSession.Work<Boolean> plain)
            throws SQLException {
        String verb = SqlText.firstWord(sql);
        RunScript script = RunScript.of(sql);
        if (script != null) {
            rememberCount(session().runScript(() -> script.run(connection.delegate(), this::executeApart)));
        } else if (verb.equals("SET") && Setting.isUnderstood(sql)) {
            session().passed().passSetting(sql, plain);
            rememberCount(0);
        } else if (verb.equals("DEALLOCATE")
                || (verb.equals("PREPARE") && !SqlText.secondWord(sql).equals("COMMIT"))) {
            session().passed().passMaintenance(sql, plain);
            rememberCount(0);
        } else {
            String text = session().executedText(sql);
            if (text == null) {
                throw unknown(sql, classification);
            }
            executeText(text, session().classify(text), plain);
        }
    }

    /** Runs the text that EXECUTE IMMEDIATE would. */
    private void executeText(String text, Classification classification, CaptureSession.Work<Boolean> immediate)
            throws SQLException {
        switch (classification.kind()) {
            case WRITE -> {
                requireCount(text, classification);
                remember(session().writes().write(classification, request(text, KeyRequest.NONE), statements));
            }
            case DDL -> rememberCount(session().schemaChanges().runWithin(text, classification));
            case SESSION, TRANSACTION_SETTING -> {
                session().passed().passSetting(text, immediate);
                rememberCount(0);
            }
            case READ, EMPTY -> immediate.run(); // H2's own error
            default -> throw unknown(text, classification);
        }
    }

    /** Executes a statement of a script and drops what it gives. */
    private void executeApart(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private SQLException unknown(String sql, Classification classification) throws SQLException {
        physical.getConnection().prepareStatement(sql).close(); // H2's own error if it is no statement at all
        return Refusals.notReplicable(
                "what it changes is not known (" + classification.reason() + "); execute each statement by itself");
    }

    /** Whether a statement that modifies data is a query, or explains what it executes. */
    private static boolean givesRows(String sql, Classification classification) {
        WriteShape write = classification.write();
        return write == null ? SqlText.startsLikeCallOrQuery(sql) : write.delta() != null;
    }

    /** Refuses before it is executed what would give rows instead of a count. */
    static void requireCount(String sql, Classification classification) throws SQLException {
        if (classification.kind() == Kind.WRITE && givesRows(sql, classification)) {
            throw Refusals.rowsForCount();
        }
    }

    final long update(String sql, KeyRequest keys) throws SQLException {
        requireUnprepared();
        requireCount(sql, session().classify(sql));
        if (execute(sql, keys)) {
            throw Refusals.rowsForCount();
        }
        return getLargeUpdateCount();
    }

    private static WriteRequest request(String sql, KeyRequest keys) {
        return new WriteRequest(sql, null, keys);
    }

    /** Methods that take SQL are not for prepared statements. */
    void requireUnprepared() throws SQLException {}

    @Override
    public final boolean execute(String sql) throws SQLException {
        return execute(sql, KeyRequest.NONE);
    }

    @Override
    public final boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
        return execute(sql, KeyRequest.of(autoGeneratedKeys));
    }

    @Override
    public final boolean execute(String sql, int[] columnIndexes) throws SQLException {
        return execute(sql, KeyRequest.of(columnIndexes));
    }

    @Override
    public final boolean execute(String sql, String[] columnNames) throws SQLException {
        return execute(sql, KeyRequest.of(columnNames));
    }

    @Override
    public final int executeUpdate(String sql) throws SQLException {
        return toInt(update(sql, KeyRequest.NONE));
    }

    @Override
    public final int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return toInt(update(sql, KeyRequest.of(autoGeneratedKeys)));
    }

    @Override
    public final int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return toInt(update(sql, KeyRequest.of(columnIndexes)));
    }

    @Override
    public final int executeUpdate(String sql, String[] columnNames) throws SQLException {
        return toInt(update(sql, KeyRequest.of(columnNames)));
    }

    @Override
    public final long executeLargeUpdate(String sql) throws SQLException {
        return update(sql, KeyRequest.NONE);
    }

    @Override
    public final long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return update(sql, KeyRequest.of(autoGeneratedKeys));
    }

    @Override
    public final long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return update(sql, KeyRequest.of(columnIndexes));
    }

    @Override
    public final long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        return update(sql, KeyRequest.of(columnNames));
    }

    /** JDBC: a count beyond int is SUCCESS_NO_INFO. */
    static int toInt(long count) {
        return count > Integer.MAX_VALUE ? SUCCESS_NO_INFO : (int) count;
    }

    @Override
    public final ResultSet getResultSet() throws SQLException {
        return outcome == null ? physical.getResultSet() : ownRows();
    }

    @SuppressWarnings("NullAway") // JDBC: null if the result is a count
    private ResultSet ownRows() {
        return rows;
    }

    @Override
    public final int getUpdateCount() throws SQLException {
        return outcome == null ? physical.getUpdateCount() : toInt(takenCount(outcome));
    }

    @Override
    public final long getLargeUpdateCount() throws SQLException {
        return outcome == null ? physical.getLargeUpdateCount() : takenCount(outcome);
    }

    private long takenCount(WriteOutcome written) {
        return countTaken ? -1 : written.count();
    }

    @Override
    public final boolean getMoreResults() throws SQLException {
        if (outcome == null) {
            return physical.getMoreResults();
        }
        takeRows(CLOSE_CURRENT_RESULT);
        return false;
    }

    @Override
    public final boolean getMoreResults(int current) throws SQLException {
        if (outcome == null) {
            return physical.getMoreResults(current);
        }
        takeRows(current);
        return false;
    }

    private void takeRows(int current) throws SQLException {
        countTaken = true;
        ResultSet taken = rows;
        rows = null;
        if (taken != null && current != KEEP_CURRENT_RESULT) {
            taken.close();
        }
    }

    @Override
    public final ResultSet getGeneratedKeys() throws SQLException {
        WriteOutcome written = outcome;
        if (written == null) {
            return physical.getGeneratedKeys();
        }
        PreparedStatement statement = written.statement();
        if (statement == null || written.keyColumns() == 0) {
            return noKeys();
        }
        ResultSet keys = statement.getGeneratedKeys();
        return written.keyColumns() == WriteOutcome.ALL ? keys : new LeadingColumns(keys, this, written.keyColumns());
    }

    /** The empty result that H2 gives for a statement that asked for no keys. */
    private ResultSet noKeys() throws SQLException {
        Statement fresh = connection.delegate().createStatement();
        fresh.closeOnCompletion();
        return fresh.getGeneratedKeys();
    }

    @Override
    public final void addBatch(String sql) throws SQLException {
        requireUnprepared();
        batch.add(sql);
    }

    @Override
    public void clearBatch() throws SQLException {
        batch.clear();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return Arrays.stream(executeLargeBatch())
                .mapToInt(CapturingStatement::toInt)
                .toArray();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        List<String> texts = List.copyOf(batch);
        batch.clear();
        return each(texts.size(), i -> update(texts.get(i), KeyRequest.NONE));
    }

    /** One element of a batch. */
    interface Element {
        long execute(int index) throws SQLException;
    }

    /** Executes the elements one after the other, all of them even if some fail, as H2 does. */
    static long[] each(int size, Element element) throws SQLException {
        long[] counts = new long[size];
        SQLException first = null;
        for (int i = 0; i < size; i++) {
            try {
                counts[i] = element.execute(i);
            } catch (SQLException e) {
                counts[i] = EXECUTE_FAILED;
                if (first == null) {
                    first = e;
                } else {
                    first.setNextException(e);
                }
            }
        }
        if (first != null) {
            BatchUpdateException failure = new BatchUpdateException(
                    first.getMessage(), first.getSQLState(), first.getErrorCode(), counts, first);
            failure.setNextException(first);
            throw failure;
        }
        return counts;
    }

    @Override
    public final void cancel() throws SQLException {
        physical.cancel();
        PreparedStatement current = statements.current();
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public final Connection getConnection() {
        return connection;
    }

    @Override
    public final void close() throws SQLException {
        try {
            statements.close();
        } finally {
            physical.close();
        }
    }

    @Override
    public final boolean isClosed() throws SQLException {
        return physical.isClosed();
    }

    @Override
    public final <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : physical.unwrap(type);
    }

    @Override
    public final boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || physical.isWrapperFor(type);
    }
}
