package dev.weir.capture;

import dev.weir.log.DirectCommits;
import dev.weir.sql.Classification;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The transaction state of one capturing connection: which statements run how, where the log entry stands, and when it commits. Confined to one connection.
 */
final class CaptureSession {
    /** How often a statement that is alone in its transaction is executed at most while schema changes come between. */
    private static final int ATTEMPTS = 5;

    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final CommitProtocol commits;
    private final CapturedSettings settings;
    private final WriterGate gate;
    private final CapturedWrites writes;
    private final PassedStatements passed;
    private final CapturedSchemaChanges schemaChanges;

    private boolean autoCommit = true;
    private boolean physicalAutoCommit = true;
    /** Whether SQL text BEGIN has left auto-commit, which returns when that transaction ends. */
    private boolean begun;

    /** Whether nothing has been executed since the last transaction ended. */
    private boolean fresh = true;

    private boolean readCommitted = true;

    /** Whether the transaction has been committed by what was executed in it. */
    private boolean settled;

    private long lastCommittedLsn;

    CaptureSession(Connection physical, PrimaryStore store, AnotherSession another) throws SQLException {
        this.physical = physical;
        this.store = store;
        this.transaction = new CapturedTransaction(store);
        this.commits = new CommitProtocol(physical, store);
        this.settings = new CapturedSettings(physical, store);
        this.gate = new WriterGate(physical);
        this.writes = new CapturedWrites(this, physical, store, transaction, settings);
        this.passed = new PassedStatements(this, physical, store, transaction, settings);
        this.schemaChanges = new CapturedSchemaChanges(this, physical, store, transaction, settings, another);
    }

    CapturedWrites writes() {
        return writes;
    }

    PassedStatements passed() {
        return passed;
    }

    CapturedSchemaChanges schemaChanges() {
        return schemaChanges;
    }

    /** How a statement would be logged; it is not executed. */
    ReplicationVerdict verdict(String sql) throws SQLException {
        settings.read();
        return new Verdicts(store, store.refresh(physical), physical, settings).of(sql);
    }

    /** Has the audit, if there is one, list a statement that is about to be executed. */
    void observe(String sql, Classification classification) throws SQLException {
        Audit audit = store.audit();
        if (audit != null) {
            audit.observe(sql, classification, () -> verdict(sql));
        }
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

    boolean isReadCommitted() {
        return readCommitted;
    }

    /** Notes that SQL text has set another isolation, or may have. */
    void leaveReadCommitted() {
        readCommitted = false;
    }

    /** The schema or another setting may have changed, so it is read again before it matters. */
    void settingsChanged() {
        settings.changed();
    }

    void commit() throws SQLException {
        if (transaction.isDoomed()) {
            rollback();
            throw Refusals.rolledBack("a statement in it failed in a way that left its changes unknown");
        }
        lastCommittedLsn = 0;
        if (transaction.isEmpty()) {
            if (transaction.hasWritten()) {
                checkSchema();
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
            DirectCommits.Committed committed = commits.commit(transaction);
            noteCommit(committed);
        } catch (SQLException e) {
            ended();
            throw e;
        }
    }

    /**
     * What has written and has nothing to log relied on the schema all the same: replicas do not have its tables, or it found no row, as H2 says of a table that goes while the statement waits for its lock.
     *
     * @throws SQLException 40001, after a rollback, if a table may have been altered
     */
    private void checkSchema() throws SQLException {
        try {
            Catalog newest = store.refresh(physical);
            if (autoCommit && newest.schemaLsn() != transaction.schemaLsn()) {
                throw ReplacedTable.altered();
            }
            transaction.rebase(physical, newest);
        } catch (SQLException e) {
            rollback();
            throw e;
        }
    }

    /** Commits if anything is to be logged or H2 is about to commit by itself. */
    void commitChanges() throws SQLException {
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

    /** Notes that the statement being executed has committed, and with it the transaction, which was its own; null if nothing was changed. */
    void settle(DirectCommits.@Nullable Committed committed) {
        settled = true;
        lastCommittedLsn = 0;
        if (committed != null) {
            noteCommit(committed);
        }
    }

    private void noteCommit(DirectCommits.Committed committed) {
        lastCommittedLsn = committed.lsn();
        store.committed(transaction.touched(), committed.lsn());
        gate.note(committed.gateClosed());
    }

    private void ended() {
        settled = false;
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

    /** Something that runs within a transaction. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Runs work in the open transaction, or in one of its own under auto-commit. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        return inTransaction(false, work);
    }

    /**
     * Runs work in the open transaction, or in one of its own under auto-commit, which is repeated if a schema change comes between.
     *
     * @param repeatable whether the work can be run again once it has been rolled back
     */
    <T> T inTransaction(boolean repeatable, Work<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return runOnce(work);
            } catch (SQLException e) {
                boolean again = repeatable && autoCommit && attempt < ATTEMPTS && ReplacedTable.isToldBy(e);
                if (!again || e.getSuppressed().length > 0) {
                    throw e;
                }
            }
        }
    }

    private <T> T runOnce(Work<T> work) throws SQLException {
        if (transaction.isDoomed()) {
            throw Refusals.rolledBack("a statement in it failed in a way that left its changes unknown");
        }
        begin();
        long schemaLsn = store.catalog(physical).schemaLsn();
        T result;
        try {
            result = work.run();
        } catch (SQLException e) {
            SQLException told = replaced(e, Math.max(schemaLsn, transaction.schemaLsn()));
            if (told != null) {
                throw told;
            }
            failed(e);
            throw e;
        } catch (RuntimeException e) {
            failed(e);
            throw e;
        }
        if (settled) {
            ended();
        } else if (autoCommit) {
            commit();
        }
        return result;
    }

    private void begin() throws SQLException {
        if (fresh) {
            awaitGate();
        }
        if (store.lagLimit().isInDoubt() && transaction.isEmpty()) {
            awaitReplicas();
        }
        usePhysicalAutoCommit(false);
        settings.read();
        noteExecution();
    }

    /** Holds the first write of a transaction back, at best before the transaction begins; one that sees only its own past cannot be. */
    private void awaitReplicas() throws SQLException {
        if (fresh) {
            usePhysicalAutoCommit(true);
        }
        if (fresh || readCommitted) {
            store.lagLimit().await(physical);
        }
    }

    private void awaitGate() throws SQLException {
        if (gate.isClosed()) {
            usePhysicalAutoCommit(true);
            gate.await();
        }
    }

    /** Notes that something is executed now, which opens a transaction unless it commits by itself. */
    void noteExecution() {
        fresh = autoCommit;
    }

    /** Puts the physical connection into the auto-commit that the session is in. */
    void followAutoCommit() throws SQLException {
        usePhysicalAutoCommit(autoCommit);
    }

    /** Prepares for a schema change, which commits by its own protocol. */
    void enterSchemaChange() throws SQLException {
        awaitGate();
        usePhysicalAutoCommit(false);
        settings.read();
    }

    void leaveSchemaChange() throws SQLException {
        ended();
        followAutoCommit();
    }

    /** Notes the position of a commit that another room has made. */
    void committed(long lsn) {
        lastCommittedLsn = lsn;
    }

    /**
     * After an error in auto-commit, or a deadlock, nothing remains of the transaction; after an internal error of H2 it is not known what does, so it may only be rolled
     * back; after any other H2 has undone the statement alone.
     */
    void failed(Exception error) {
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

    /**
     * What to tell instead of an error that a schema change has caused, after which nothing is left of the transaction; null if it has another cause.
     *
     * @param schemaLsn the position of the schema that the statement was begun under
     */
    @Nullable SQLException replaced(SQLException error, long schemaLsn) {
        if (!ReplacedTable.maySpeakOf(error)) {
            return null;
        }
        // Only a transaction that sees what has been committed since it began sees the newest schema.
        if (autoCommit || (!readCommitted && ReplacedTable.isOfClosed(error))) {
            rollBackFor(error);
        }
        if (error.getSuppressed().length > 0 || !ReplacedTable.isCauseOf(error, schemaLsn, physical, store)) {
            return null;
        }
        SQLException told = ReplacedTable.replaced(error);
        rollBackFor(told);
        return told;
    }

    private void rollBackFor(SQLException error) {
        try {
            if (!physicalAutoCommit) {
                physical.rollback();
            }
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
        transaction.clear();
    }

    /** What {@code EXECUTE IMMEDIATE} would execute; null if that is not known. */
    @Nullable String executedText(String sql) throws SQLException {
        return ExecutedText.of(sql, store, physical);
    }

    /** Runs a script, before which H2 commits. */
    <T> T runScript(Work<T> script) throws SQLException {
        commitChanges();
        return script.run();
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
                followAutoCommit();
                executePlain(sql);
                transaction.setSavepoint(folded(argument));
            }
            // H2 does nothing, and can still go back to it.
            case RELEASE_SAVEPOINT -> executePlain(sql);
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
}
