package dev.weir.capture;

import dev.weir.log.SessionContext;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.WriteShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The transaction state of one capturing connection: which statements run how, where the log entry stands, and when it commits. Confined to one connection.
 */
final class CaptureSession {
    /** Asked of the session itself, since a pooled connection may carry the settings of its last user. */
    private static final String SETTINGS = "SELECT CURRENT_SCHEMA, TO_CHAR(LOCALTIMESTAMP, 'TZR')";

    private static final String GATE = "SELECT GATE FROM WEIR.HEAD WHERE ID = 1";
    private static final String UNCOMMITTED =
            "SELECT CONTAINS_UNCOMMITTED FROM INFORMATION_SCHEMA.SESSIONS WHERE SESSION_ID = SESSION_ID()";

    /** The gate is a request, not a lock: after this long a writer goes on, and then waits for the table lock instead. */
    private static final Duration GATE_PATIENCE = Duration.ofSeconds(5);

    /** How many texts a connection remembers the plans of. */
    private static final int MAX_PLANS = 256;

    private static final Duration GATE_POLL = Duration.ofMillis(5);

    /** H2: a table or a column is not found; nothing was executed. */
    private static final int TABLE_EXISTS = 42101;

    private static final int TABLE_NOT_FOUND = 42102;

    private static final int COLUMN_NOT_FOUND = 42122;

    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final WriteExecutor executor;
    private final CommitProtocol commits;
    private final SchemaChanges schemaChanges;
    private final Map<String, Planned> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Planned> eldest) {
            return size() > MAX_PLANS;
        }
    };

    private boolean autoCommit = true;
    private boolean physicalAutoCommit = true;
    /** Whether SQL text BEGIN has left auto-commit, which returns when that transaction ends. */
    private boolean begun;

    /** Whether nothing has been executed since the last transaction ended. */
    private boolean fresh = true;

    private boolean readCommitted = true;
    private boolean gateClosed;
    private boolean settingsKnown;
    private boolean foreignSettings;
    private String schema = "PUBLIC";
    private SessionContext context = SessionContext.DEFAULT;
    private @Nullable String searchPath;
    private long lastCommittedLsn;

    CaptureSession(Connection physical, PrimaryStore store) throws SQLException {
        this.physical = physical;
        this.store = store;
        this.transaction = new CapturedTransaction(store);
        this.executor = new WriteExecutor(physical, store, transaction);
        this.commits = new CommitProtocol(physical, store);
        this.schemaChanges = new SchemaChanges(physical, store);
    }

    long lastCommittedLsn() {
        return lastCommittedLsn;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    Classification classify(String sql) {
        return store.classify(sql);
    }

    void setAutoCommit(boolean wanted) throws SQLException {
        if (wanted && !autoCommit) {
            commit();
        }
        begun = false;
        autoCommit = wanted;
        if (!wanted) {
            usePhysicalAutoCommit(false);
        }
    }

    void setTransactionIsolation(int level) throws SQLException {
        // H2 commits when the isolation level is set.
        commitChanges();
        physical.setTransactionIsolation(level);
        readCommitted = level == Connection.TRANSACTION_READ_COMMITTED;
    }

    /** The schema or another setting may have changed, so it is read again before it matters. */
    void settingsChanged() {
        settingsKnown = false;
    }

    void commit() throws SQLException {
        if (transaction.isDoomed()) {
            rollback();
            throw Refusals.rolledBack("a statement in it failed in a way that left its changes unknown");
        }
        lastCommittedLsn = 0;
        if (transaction.isEmpty()) {
            if (transaction.hasLocalChanges()) {
                rebase();
            }
            if (!physicalAutoCommit) {
                physical.commit();
            }
        } else {
            commitLogged();
        }
        ended();
    }

    private void commitLogged() throws SQLException {
        try {
            CommitProtocol.Committed committed = commits.commit(transaction);
            lastCommittedLsn = committed.lsn();
            store.committed(transaction.touched(), committed.lsn());
            gateClosed = committed.gateClosed();
        } catch (SQLException e) {
            ended();
            throw e;
        }
    }

    private void rebase() throws SQLException {
        try {
            transaction.rebase(physical, store.refresh(physical));
        } catch (SQLException e) {
            rollback();
            throw e;
        }
    }

    /** Commits if anything is to be logged or H2 is about to commit by itself. */
    private void commitChanges() throws SQLException {
        if (!transaction.isEmpty() || transaction.isDoomed()) {
            boolean wasBegun = begun;
            commit();
            begun = wasBegun;
        }
    }

    void rollback() throws SQLException {
        try {
            if (!physicalAutoCommit) {
                physical.rollback();
            }
        } finally {
            ended();
        }
    }

    private void ended() {
        transaction.clear();
        fresh = true;
        if (begun) {
            begun = false;
            autoCommit = true;
        }
    }

    /** Leaves the physical connection as it was given: nothing open, auto-commit. */
    void end() throws SQLException {
        if (!physicalAutoCommit) {
            physical.rollback();
            usePhysicalAutoCommit(true);
        }
        autoCommit = true;
        ended();
    }

    Savepoint setSavepoint(Savepoint savepoint) {
        fresh = false;
        transaction.setSavepoint(savepoint);
        return savepoint;
    }

    void rollback(Savepoint savepoint) throws SQLException {
        boolean known = transaction.hasSavepoint(savepoint);
        physical.rollback(savepoint);
        if (known) {
            transaction.rollbackTo(savepoint);
        } else {
            transaction.doom();
        }
    }

    void releaseSavepoint(Savepoint savepoint) {
        transaction.releaseSavepoint(savepoint);
    }

    /**
     * Executes many times one data modification, in one transaction under auto-commit. The elements that fail leave the others in force.
     *
     * @return empty, with nothing executed, if the plan asks for executing them one by one
     */
    Optional<BatchOutcome> writeAll(
            Classification classification, String sql, List<WriteRequest> requests, PreparedStatements statements)
            throws SQLException {
        return inTransaction(() -> {
            WritePlan plan = plan(sql, classification);
            return new BatchExecutor(store, transaction).execute(plan, requests, context, statements);
        });
    }

    /** Executes a data modification and, in auto-commit, commits it. */
    WriteOutcome write(Classification classification, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        return inTransaction(() -> {
            WritePlan plan = plan(request.sql(), classification);
            return replanning(
                    plan, request, classification, current -> executor.execute(current, request, context, statements));
        });
    }

    /** Executes a query that modifies data, such as one over FINAL TABLE, and, in auto-commit, commits it. */
    ResultSet writingQuery(Classification classification, WriteRequest request, PreparedStatements statements)
            throws SQLException {
        return inTransaction(() -> {
            WriteShape write = classification.write();
            WriteShape.Delta delta = write == null ? null : write.delta();
            WritePlan alone = delta == null ? null : plan(delta.statement(), classification);
            if (delta != null && alone != null) {
                DeltaQuery query = DeltaQuery.of(delta, alone, transaction.catalog(physical));
                if (query != null) {
                    WriteRequest inner = query.request(request);
                    WriteOutcome outcome = replanning(
                            alone,
                            inner,
                            classification,
                            current -> query.execute(executor, current, inner, context, statements));
                    return query.rows(outcome);
                }
            }
            WritePlan plan = plan(request.sql(), classification);
            if (plan instanceof WritePlan.Refused refused) {
                throw Refusals.notReplicable(refused.reason());
            }
            if (plan instanceof WritePlan.Compare compare) {
                return executor.queryComparing(compare, request, statements);
            }
            if (plan instanceof WritePlan.Local) {
                PreparedStatement statement = statements.prepare(request.sql(), KeyRequest.NONE);
                request.bind(statement);
                return statement.executeQuery();
            }
            throw Refusals.countForRows();
        });
    }

    /** Repeats the execution once with a newer schema if H2 does not know a column that the plan mentions. */
    private WriteOutcome replanning(
            WritePlan plan, WriteRequest request, Classification classification, PlannedWrite write)
            throws SQLException {
        try {
            return write.execute(plan);
        } catch (SQLException e) {
            boolean outdated = e.getErrorCode() == COLUMN_NOT_FOUND || e.getErrorCode() == TABLE_NOT_FOUND;
            Catalog before = store.catalog(physical);
            if (!outdated || !request.isRepeatable() || store.refresh(physical) == before) {
                throw e;
            }
            return write.execute(plan(request.sql(), classification));
        }
    }

    private interface PlannedWrite {
        WriteOutcome execute(WritePlan plan) throws SQLException;
    }

    /** Something that runs within a transaction. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Runs work in the open transaction, or in one of its own under auto-commit. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        if (transaction.isDoomed()) {
            throw Refusals.rolledBack("a statement in it failed in a way that left its changes unknown");
        }
        begin();
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException e) {
            failed(e);
            throw e;
        }
        if (autoCommit) {
            commit();
        }
        return result;
    }

    private void begin() throws SQLException {
        if (fresh && gateClosed) {
            awaitGate();
        }
        usePhysicalAutoCommit(false);
        readSettings();
        fresh = autoCommit;
    }

    /**
     * After an error in auto-commit, or a deadlock, nothing remains of the transaction; after an internal error of H2 it is not known what does, so it may only be rolled
     * back; after any other H2 has undone the statement alone.
     */
    private void failed(Exception error) {
        SQLException sqlError = error instanceof SQLException e ? e : null;
        if (!autoCommit && sqlError != null && !Refusals.isDeadlock(sqlError)) {
            if (Refusals.isInternal(sqlError)) {
                transaction.doom();
            }
            return;
        }
        try {
            physical.rollback();
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
        transaction.clear();
    }

    private void awaitGate() throws SQLException {
        usePhysicalAutoCommit(true);
        long deadline = System.nanoTime() + GATE_PATIENCE.toNanos();
        try (PreparedStatement statement = physical.prepareStatement(GATE)) {
            while (System.nanoTime() < deadline && isGateClosed(statement)) {
                LockSupport.parkNanos(GATE_POLL.toNanos());
            }
        }
        gateClosed = false;
    }

    private static boolean isGateClosed(PreparedStatement statement) throws SQLException {
        try (ResultSet gate = statement.executeQuery()) {
            return gate.next() && gate.getInt(1) != 0;
        }
    }

    private WritePlan plan(String sql, Classification classification) throws SQLException {
        Catalog catalog = transaction.catalog(physical);
        Planned known = plans.get(sql);
        if (known == null || known.catalog() != catalog || !known.schema().equals(schema)) {
            WritePlan fresh = planAnew(sql, classification);
            boolean lasting = !(fresh instanceof WritePlan.Local) && !(fresh instanceof WritePlan.Refused);
            if (lasting && store.catalog(physical) == transaction.catalog(physical)) {
                plans.put(sql, new Planned(transaction.catalog(physical), schema, fresh));
            }
            return fresh;
        }
        use(known.plan());
        return foreignSettings && known.plan() instanceof WritePlan.Point point ? point.otherwise() : known.plan();
    }

    /** A plan and what it was made under. */
    private record Planned(Catalog catalog, String schema, WritePlan plan) {}

    /** Notes the definitions that a plan relies on. */
    private void use(WritePlan plan) {
        if (plan instanceof WritePlan.Point point) {
            transaction.use(point.table());
        } else if (plan instanceof WritePlan.Images images) {
            transaction.use(images.table());
        } else if (plan instanceof WritePlan.Deleted deleted) {
            transaction.use(deleted.table());
        } else if (plan instanceof WritePlan.LockFirst lockFirst) {
            transaction.use(lockFirst.table());
        } else if (plan instanceof WritePlan.Compare compare) {
            compare.tables().forEach(transaction::use);
        }
    }

    private WritePlan planAnew(String sql, Classification classification) throws SQLException {
        WriteShape write = classification.write();
        if (write == null) {
            return new WritePlan.Refused("which table it changes is not known (" + classification.reason()
                    + "); use a plain INSERT, UPDATE, DELETE or MERGE of one table");
        }
        Catalog catalog = transaction.catalog(physical);
        TableDefinition table = catalog.table(physical, write.table(), schema);
        if (table == null) {
            store.refresh(physical);
            catalog = transaction.catalog(physical);
            table = catalog.table(physical, write.table(), schema);
        }
        if (table == null) {
            physical.prepareStatement(sql).close(); // throws if it does not exist
            return new WritePlan.Refused(
                    "its table is not in schema " + schema + "; qualify the table with its schema");
        }
        WritePlan plan = new Planner(store, catalog, physical).plan(sql, write, table);
        transaction.use(table);
        if (plan instanceof WritePlan.Compare compare) {
            compare.tables().forEach(transaction::use);
        }
        return foreignSettings && plan instanceof WritePlan.Point point ? point.otherwise() : plan;
    }

    /** Runs a statement that changes no rows of replicated tables, in H2's own auto-commit if the session is in it. */
    <T> T pass(Classification classification, Work<T> work) throws SQLException {
        boolean anyway = autoCommit && classification.kind() == Kind.READ && readCommitted;
        if (!anyway) {
            usePhysicalAutoCommit(autoCommit);
        }
        return guarded(work);
    }

    /** Runs what is not captured; an error that took the transaction back takes what was logged of it back too. */
    private <T> T guarded(Work<T> work) throws SQLException {
        fresh = autoCommit;
        try {
            return work.run();
        } catch (SQLException e) {
            if (!autoCommit && (Refusals.isDeadlock(e) || !transaction.isEmpty())) {
                failed(e);
            }
            throw e;
        }
    }

    /**
     * Runs a routine or a function of the database's own, and refuses to have it changed anything: its rows would not be known.
     *
     * @throws SQLException 0A000 if it changed rows, which are rolled back, or if the transaction already had, so that it cannot be told
     */
    <T> T passProvenReadOnly(String sql, Work<T> work) throws SQLException {
        if (!SqlText.startsLikeCallOrQuery(sql)) {
            physical.prepareStatement(sql).close(); // H2's own error if it is no statement at all
            throw Refusals.notReplicable("what it executes is not known; execute the statements themselves");
        }
        if (store.catalog(physical).settings().routines().isEmpty()) {
            usePhysicalAutoCommit(autoCommit);
            return guarded(work);
        }
        return inTransaction(() -> {
            if (hasUncommitted()) {
                throw Refusals.notReplicable(
                        "whether a routine writes cannot be told within a transaction that has written or"
                                + " locked rows; call it outside");
            }
            T result = work.run();
            if (hasUncommitted()) {
                physical.rollback();
                transaction.clear();
                throw Refusals.notReplicable(
                        "the routine it calls changes rows, and which is not known; execute the statements themselves");
            }
            return result;
        });
    }

    private boolean hasUncommitted() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet own = statement.executeQuery(UNCOMMITTED)) {
            return !own.next() || own.getBoolean(1);
        }
    }

    /** Runs a statement that sets something for the session or the database. */
    <T> T passSetting(String sql, Work<T> work) throws SQLException {
        Setting setting = Setting.of(sql);
        if (setting.name().equals("AUTOCOMMIT")) {
            throw Refusals.notReplicable("auto-commit is set with Connection.setAutoCommit");
        }
        if (setting.effect() == Setting.Effect.REPLICA_DIFFERS) {
            throw Setting.refusal(setting.name());
        }
        if (setting.commits()) {
            commitChanges();
        }
        usePhysicalAutoCommit(autoCommit);
        T result = guarded(work);
        switch (setting.effect()) {
            case NONE, REPLICA_DIFFERS -> {}
            case SCHEMA, TIME_ZONE -> settingsChanged();
            case ISOLATION -> readCommitted = false;
            case SEARCH_PATH -> {
                searchPath = setting.value();
                settingsChanged();
            }
            case OTHER -> foreignSettings = true;
        }
        return result;
    }

    /** Runs upkeep that replicas do not repeat; H2 commits before some of it. */
    <T> T passMaintenance(String sql, Work<T> work) throws SQLException {
        if (!Setting.leavesTransactionOpen(SqlText.firstWord(sql))) {
            commitChanges();
        }
        usePhysicalAutoCommit(autoCommit);
        return guarded(work);
    }

    /** Executes a schema change under its own LSN; what the transaction has changed so far is committed before, as H2 does. */
    void changeSchema(String sql, Classification classification) throws SQLException {
        SchemaChange change = SchemaChange.of(sql, classification);
        SQLException refusal = change.refusal();
        if (refusal != null) {
            throw refusal;
        }
        if (change.isLocal() || isOfLocalTable(change)) {
            if (change.commits()) {
                commitChanges();
            }
            usePhysicalAutoCommit(autoCommit);
            schemaChanges.executeLocal(sql);
            return;
        }
        if (!transaction.isEmpty() && !change.commits()) {
            throw Refusals.notReplicable(
                    "a sequence cannot be created or altered within a transaction that has written; commit first");
        }
        commitChanges();
        CreateTableAsQuery filled = change.isCreateTableAsQuery() ? CreateTableAsQuery.of(sql) : null;
        if (filled == null) {
            execute(change, change.sql());
        } else if (create(change, filled) && filled.query() != null) {
            fill(filled);
        }
    }

    /** Whether the change concerns a table that replicas do not have, though its text does not say so. */
    private boolean isOfLocalTable(SchemaChange change) throws SQLException {
        readSettings();
        return new LocalTables(physical, store.catalog(physical)).concernedBy(change, schema);
    }

    /** False if the table exists and need not be created. */
    private boolean create(SchemaChange change, CreateTableAsQuery filled) throws SQLException {
        try {
            execute(change, filled.structure());
            return true;
        } catch (SQLException e) {
            if (filled.ifNotExists() && e.getErrorCode() == TABLE_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    private void execute(SchemaChange change, String sql) throws SQLException {
        if (gateClosed) {
            awaitGate();
        }
        usePhysicalAutoCommit(false);
        readSettings();
        try {
            lastCommittedLsn = schemaChanges.execute(change, sql, schema, context);
        } finally {
            ended();
            usePhysicalAutoCommit(autoCommit);
        }
    }

    /** Inserts the rows of CREATE TABLE ... AS in a transaction of their own; if that fails, the table goes again. */
    private void fill(CreateTableAsQuery created) throws SQLException {
        String insert = "INSERT INTO " + created.table() + " " + created.query();
        PreparedStatements statements = new PreparedStatements(physical);
        try {
            write(classify(insert), new WriteRequest(insert, null, KeyRequest.NONE), statements);
            commitChanges();
        } catch (SQLException e) {
            String drop = "DROP TABLE " + created.table();
            try {
                rollback();
                execute(SchemaChange.of(drop, classify(drop)), drop);
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        } finally {
            statements.close();
        }
    }

    /** Executes transaction control that was given as SQL text. */
    void control(String sql, Classification classification) throws SQLException {
        String argument = String.valueOf(classification.argument());
        boolean chain = argument.equals("CHAIN");
        switch (classification.kind()) {
            case BEGIN -> beginByText();
            case COMMIT -> {
                boolean again = chain && begun;
                commit();
                reopen(again);
            }
            case ROLLBACK -> {
                boolean again = chain && begun;
                rollback();
                reopen(again);
            }
            case SAVEPOINT -> {
                fresh = false;
                usePhysicalAutoCommit(autoCommit);
                executePlain(sql);
                transaction.setSavepoint(folded(argument));
            }
            case RELEASE_SAVEPOINT -> {
                executePlain(sql);
                transaction.releaseSavepoint(folded(argument));
            }
            case ROLLBACK_TO_SAVEPOINT -> rollbackTo(sql, folded(argument));
            default -> throw new IllegalArgumentException(classification.kind() + " does not control transactions");
        }
    }

    private void beginByText() throws SQLException {
        if (autoCommit) {
            setAutoCommit(false);
            begun = true;
        }
    }

    private void reopen(boolean again) throws SQLException {
        if (again) {
            beginByText();
        }
    }

    private void rollbackTo(String sql, String savepoint) throws SQLException {
        boolean known = transaction.hasSavepoint(savepoint);
        executePlain(sql);
        if (known) {
            transaction.rollbackTo(savepoint);
        } else {
            transaction.doom();
        }
    }

    private void executePlain(String sql) throws SQLException {
        try (Statement statement = physical.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Unquoted names are the same in any case; a quoted one may then seem the same as another, which dooms nothing. */
    private static String folded(String name) {
        return name.startsWith("\"") ? name : name.toUpperCase(Locale.ENGLISH);
    }

    private void usePhysicalAutoCommit(boolean wanted) throws SQLException {
        if (physicalAutoCommit != wanted) {
            physical.setAutoCommit(wanted);
            physicalAutoCommit = wanted;
        }
    }

    private void readSettings() throws SQLException {
        if (settingsKnown) {
            return;
        }
        try (Statement statement = physical.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            row.next();
            schema = row.getString(1);
            // The zone is always named, since a replica's server may have another default.
            context = new SessionContext(
                    schema.equals("PUBLIC") ? null : schema,
                    searchPath,
                    row.getString(2),
                    store.catalog(physical).settings().mode());
            settingsKnown = true;
        }
    }
}
