package dev.weir.jdbc;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeStatus;
import dev.weir.forward.ForwardingConnection;
import dev.weir.forward.RecordedParameters;
import dev.weir.routing.Route;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import dev.weir.sql.Classification;
import dev.weir.sql.SqlDialect;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.ShardingKey;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection: physical ones are borrowed when statements need them and given back when it is closed. Confined to one thread
 * at a time, except that {@link #abort} and {@link #isClosed} may be called by any.
 */
final class RoutedConnection implements ForwardingConnection, WeirConnection {
    private final RoutedDatabase database;
    private final RoutingSession session;
    private final SessionSettings settings = new SessionSettings();
    private final Delegates delegates;
    private final LogicalTransaction transaction;
    private final Execution execution;
    private boolean hasClosedPrepared;
    private volatile @Nullable SpareParameters spareParameters;
    private volatile boolean closed;

    private @Nullable Integer isolation;
    private @Nullable Integer holdability;
    private @Nullable Integer networkTimeout;
    private @Nullable String schema;
    private @Nullable String catalog;

    RoutedConnection(RoutedDatabase database) throws SQLException {
        this.database = database;
        Routing routing = database.routing();
        this.session = routing.newSession();
        this.delegates = new Delegates(routing, session, database.capture());
        this.transaction = new LogicalTransaction(routing, session, delegates, settings);
        this.execution = new Execution(this, database, session, delegates, settings, transaction);
    }

    RoutedDatabase database() {
        return database;
    }

    Execution execution() {
        return execution;
    }

    /** Where a new prepared statement records its parameters. */
    RecordedParameters roomForParameters() {
        SpareParameters spare = spareParameters;
        return spare == null ? new RecordedParameters() : spare.take();
    }

    /** Keeps the room of a closed statement for the next one, once there was a second. */
    void giveBack(RecordedParameters room) {
        SpareParameters spare = spareParameters;
        if (spare != null) {
            spare.giveBack(room);
        } else if (hasClosedPrepared) {
            spareParameters = new SpareParameters();
        } else {
            hasClosedPrepared = true;
        }
    }

    Answers answers() {
        return new Answers(this, database.routing(), session);
    }

    Classification classify(String sql) {
        return database.classify(sql);
    }

    /** Whether every statement must run on the primary because a standby cannot give this isolation. */
    boolean isSerializable() {
        Integer set = isolation;
        return set != null && set == TRANSACTION_SERIALIZABLE && database.dialect() == SqlDialect.POSTGRESQL;
    }

    /** Whether a transaction is open which is not declared read-only. */
    boolean mayWriteInTransaction() {
        return transaction.isOpen() && !transaction.isReadOnly();
    }

    // ---------------------------------------------------------------- delegates

    /** The delegate for whatever is no statement: large objects, arrays, escapes. */
    @Override
    public Connection delegate() throws SQLException {
        return delegateForFacts().connection();
    }

    /**
     * The delegate that answers questions about the database: the transaction's, else the primary's, else any that is open when no
     * primary is known.
     */
    Delegate delegateForFacts() throws SQLException {
        checkOpen();
        Delegate inUse = transaction.delegate();
        return inUse != null ? inUse : execution.forFacts();
    }

    void checkOpen() throws SQLException {
        if (closed) {
            throw Refusal.connectionClosed();
        }
    }

    // ---------------------------------------------------------------- statements

    @Override
    public Statement createStatement() throws SQLException {
        return statement(StatementForm.DEFAULT);
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return statement(new StatementForm(type, concurrency, 0));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int held) throws SQLException {
        return statement(new StatementForm(type, concurrency, held));
    }

    private Statement statement(StatementForm form) throws SQLException {
        checkOpen();
        return new RoutedStatement(this, form);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return prepared(sql, StatementForm.DEFAULT, GeneratedKeys.Unasked.UNASKED);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepared(sql, new StatementForm(type, concurrency, 0), GeneratedKeys.Unasked.UNASKED);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int held) throws SQLException {
        return prepared(sql, new StatementForm(type, concurrency, held), GeneratedKeys.Unasked.UNASKED);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int flag) throws SQLException {
        return prepared(sql, StatementForm.DEFAULT, new GeneratedKeys.ByFlag(flag));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        return prepared(sql, StatementForm.DEFAULT, new GeneratedKeys.ByIndex(columns.clone()));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        return prepared(sql, StatementForm.DEFAULT, new GeneratedKeys.ByName(columns.clone()));
    }

    private PreparedStatement prepared(String sql, StatementForm form, GeneratedKeys keys) throws SQLException {
        checkOpen();
        return new RoutedPreparedStatement(this, form, sql, keys);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return call(sql, StatementForm.DEFAULT);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return call(sql, new StatementForm(type, concurrency, 0));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int held) throws SQLException {
        return call(sql, new StatementForm(type, concurrency, held));
    }

    private CallableStatement call(String sql, StatementForm form) throws SQLException {
        checkOpen();
        return new RoutedCallableStatement(this, form, sql);
    }

    // ---------------------------------------------------------------- transactions

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        checkOpen();
        transaction.setAutoCommit(on);
        execution.letGo();
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return transaction.isAutoCommit();
    }

    @Override
    public void commit() throws SQLException {
        refuseAutoCommit("commit");
        transaction.commit();
        transaction.ended(false);
        execution.letGo();
    }

    @Override
    public void rollback() throws SQLException {
        refuseAutoCommit("rollback");
        transaction.rollback();
        transaction.ended(false);
        execution.letGo();
    }

    /** PostgreSQL refuses to end a transaction under auto-commit; H2 has nothing to do then. */
    private void refuseAutoCommit(String call) throws SQLException {
        checkOpen();
        if (transaction.isAutoCommit() && database.dialect() == SqlDialect.POSTGRESQL) {
            throw Refusal.noTransaction(call);
        }
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return savepoint(null);
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return savepoint(name);
    }

    private Savepoint savepoint(@Nullable String name) throws SQLException {
        checkOpen();
        if (!transaction.isOpen()) {
            throw Refusal.noTransaction("setSavepoint");
        }
        if (transaction.delegate() == null) {
            execution.enterOnPrimary();
        }
        return transaction.setSavepoint(name);
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        checkOpen();
        transaction.rollback(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        checkOpen();
        transaction.releaseSavepoint(savepoint);
    }

    @Override
    public void setReadOnly(boolean on) throws SQLException {
        checkOpen();
        if (on != transaction.isConnectionReadOnly()) {
            transaction.setReadOnly(on);
            settings.record("readOnly", connection -> connection.setReadOnly(on));
        }
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return transaction.isConnectionReadOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkOpen();
        transaction.refuseIfEntered("Transaction isolation");
        Integer known = isolation != null ? isolation : database.defaults().isolation;
        if (known == null || known != level) {
            isolation = level;
            settings.record("isolation", connection -> connection.setTransactionIsolation(level));
        }
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        if (isolation != null) {
            return isolation;
        }
        if (settings.hasSql()) {
            return delegate().getTransactionIsolation();
        }
        Integer known = database.defaults().isolation;
        if (known == null) {
            known = delegate().getTransactionIsolation();
            database.defaults().isolation = known;
        }
        return known;
    }

    // ---------------------------------------------------------------- session settings

    @Override
    public void setSchema(@Nullable String name) throws SQLException {
        checkOpen();
        schema = name;
        set("schema", connection -> connection.setSchema(name));
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        checkOpen();
        if (settings.hasSql()) {
            return delegate().getSchema();
        }
        if (schema == null && database.defaults().schema == null) {
            database.defaults().schema = delegate().getSchema();
        }
        return schema != null ? schema : database.defaults().schema;
    }

    @Override
    public void setCatalog(@Nullable String name) throws SQLException {
        checkOpen();
        catalog = name;
        set("catalog", connection -> connection.setCatalog(name));
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        checkOpen();
        if (catalog == null && database.defaults().catalog == null) {
            database.defaults().catalog = delegate().getCatalog();
        }
        return catalog != null ? catalog : database.defaults().catalog;
    }

    @Override
    public void setHoldability(int value) throws SQLException {
        checkOpen();
        holdability = value;
        set("holdability", connection -> connection.setHoldability(value));
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        Integer known = holdability != null ? holdability : database.defaults().holdability;
        if (known == null) {
            known = delegate().getHoldability();
            database.defaults().holdability = known;
        }
        return known;
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        set("typeMap", connection -> connection.setTypeMap(map));
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        if (milliseconds < 0) {
            throw Refusal.invalid("Network timeout " + milliseconds + " ms is negative; 0 means none");
        }
        if (networkTimeout == null ? milliseconds != 0 : networkTimeout != milliseconds) {
            networkTimeout = milliseconds;
            settings.record("networkTimeout", connection -> connection.setNetworkTimeout(executor, milliseconds));
            catchUpAll();
        }
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        checkOpen();
        return networkTimeout == null ? 0 : networkTimeout;
    }

    /** Nothing to prepare: a request that executes nothing opens no physical connection. */
    @Override
    public void beginRequest() throws SQLException {
        checkOpen();
    }

    @Override
    public void endRequest() throws SQLException {
        checkOpen();
    }

    @Override
    public void setShardingKey(@Nullable ShardingKey key) throws SQLException {
        throw noSharding();
    }

    @Override
    public void setShardingKey(@Nullable ShardingKey key, @Nullable ShardingKey superKey) throws SQLException {
        throw noSharding();
    }

    @Override
    public boolean setShardingKeyIfValid(@Nullable ShardingKey key, int timeout) throws SQLException {
        throw noSharding();
    }

    @Override
    public boolean setShardingKeyIfValid(@Nullable ShardingKey key, @Nullable ShardingKey superKey, int timeout)
            throws SQLException {
        throw noSharding();
    }

    private SQLException noSharding() throws SQLException {
        checkOpen();
        return Refusal.unsupported("Sharding keys are not supported: every node holds the whole database");
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        try {
            checkOpen();
            clientInfo().set(name, value);
            catchUpAll();
        } catch (SQLException e) {
            throw Refusal.clientInfo(e);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        checkOpen();
        return ClientInfo.isWeirs(name) ? clientInfo().get(name) : delegate().getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        Properties all = new Properties();
        Properties targets = delegate().getClientInfo();
        if (targets != null) {
            all.putAll(targets);
        }
        clientInfo().addTo(all);
        return all;
    }

    private ClientInfo clientInfo() {
        return new ClientInfo(database.routing(), session, settings);
    }

    private void set(String key, SessionSettings.Setting setting) throws SQLException {
        settings.recordLasting(key, setting);
        catchUpAll();
    }

    /** Makes new settings on every delegate that is open. */
    private void catchUpAll() throws SQLException {
        for (Delegate delegate : delegates.all()) {
            delegate.catchUp(settings);
        }
    }

    // ---------------------------------------------------------------- facts

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return new RoutedDatabaseMetaData(this, this);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        SQLWarning merged = null;
        for (Delegate delegate : delegates.all()) {
            merged = Warnings.merge(merged, delegate.connection().getWarnings());
        }
        return merged;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        for (Delegate delegate : delegates.all()) {
            delegate.connection().clearWarnings();
        }
    }

    /** Whether statements can still be executed: asks the delegates that are open, and drops idle ones that do not answer. */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw Refusal.invalid("Timeout " + timeout + " s is negative; 0 means none");
        }
        if (closed) {
            return false;
        }
        boolean valid = true;
        for (Delegate delegate : delegates.all()) {
            if (!delegate.connection().isValid(timeout)) {
                if (delegate == transaction.delegate() || session.pinnedTo() == delegate.node()) {
                    valid = false;
                } else {
                    delegates.discard(delegate);
                }
            }
        }
        return valid && (!delegates.all().isEmpty() || anyNodeUp());
    }

    private boolean anyNodeUp() {
        ClusterView view = database.routing().cluster().view();
        NodeStatus primary = view.primary();
        return (primary != null && primary.isUp()) || view.replicaCount() > 0;
    }

    @Override
    public String token() throws SQLException {
        checkOpen();
        return database.routing().token(session);
    }

    @Override
    public void adopt(String token) throws SQLException {
        checkOpen();
        database.routing().adopt(session, token);
    }

    @Override
    public @Nullable Route lastRoute() {
        return execution.lastRoute();
    }

    // ---------------------------------------------------------------- life

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Rolls back what is open and gives every delegate back to its pool. */
    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            transaction.rollback();
        } finally {
            delegates.releaseAll();
            database.connectionClosed();
        }
    }

    /** Makes the connection useless at once, and closes its physical ones through the executor, whatever they are doing. */
    @Override
    public void abort(@Nullable Executor executor) throws SQLException {
        if (executor == null) {
            throw Refusal.invalid("abort needs an executor");
        }
        if (closed) {
            return;
        }
        closed = true;
        executor.execute(() -> {
            delegates.discardAll(executor);
            database.connectionClosed();
        });
    }

    /**
     * Reaches the primary's own connection; from then on the session stays on the primary, whose state the caller may change, and what is
     * done there is part of this connection's transactions. What is written through an unwrapped H2 connection is not logged and reaches no
     * replica.
     *
     * @throws SQLException 25001 if the open transaction runs on a replica, 0A000 if the target's connection is no such object
     */
    @Override
    @NullUnmarked
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        checkOpen();
        Delegate inUse = transaction.delegate();
        if (inUse != null && !inUse.isPrimary()) {
            throw Refusal.unwrapOnReplica(type, inUse.node());
        }
        Delegate delegate = execution.primary();
        Connection target = delegate.connection();
        if (!target.isWrapperFor(type)) {
            throw Refusal.notWrapper(type);
        }
        execution.reached(delegate);
        return target.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        checkOpen();
        return type.isInstance(this) || delegate().isWrapperFor(type);
    }

    @Override
    public String toString() {
        Node pinned = session.pinnedTo();
        return "RoutedConnection[" + database.url() + (closed ? ", closed" : "")
                + (pinned == null ? "" : ", pinned to " + pinned.name()) + "]";
    }
}
