package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Runs what one connection executes and does not log: reads, calls, settings, upkeep. Confined to one connection. */
final class PassedStatements {
    private static final String UNCOMMITTED =
            "SELECT CONTAINS_UNCOMMITTED FROM INFORMATION_SCHEMA.SESSIONS WHERE SESSION_ID = SESSION_ID()";

    private final CaptureSession session;
    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final CapturedSettings settings;

    PassedStatements(
            CaptureSession session,
            Connection physical,
            PrimaryStore store,
            CapturedTransaction transaction,
            CapturedSettings settings) {
        this.session = session;
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** Runs a statement that changes no rows of replicated tables, unless a trigger does, in H2's own auto-commit if the session is in it. */
    <T> T pass(Classification classification, CaptureSession.Work<T> work) throws SQLException {
        CatalogSettings catalog = store.catalog(physical).settings();
        if (catalog.selectTriggers() && catalog.traces()) {
            // The classification may be older than the trigger.
            return session.writes().tracing(work);
        }
        boolean anyway = session.isAutoCommit() && classification.kind() == Kind.READ && session.isReadCommitted();
        if (!anyway) {
            session.followAutoCommit();
        }
        return guarded(work);
    }

    /** Runs what is not captured; an error that took the transaction back takes what was logged of it back too. */
    private <T> T guarded(CaptureSession.Work<T> work) throws SQLException {
        session.noteExecution();
        long schemaLsn = store.catalog(physical).schemaLsn();
        try {
            return work.run();
        } catch (SQLException e) {
            SQLException told = session.replaced(e, schemaLsn);
            if (told != null) {
                throw told;
            }
            if (!session.isAutoCommit() && (Refusals.isDeadlock(e) || !transaction.isEmpty())) {
                session.failed(e);
            }
            throw e;
        }
    }

    /**
     * Runs a routine or a function of the database's own, and logs the rows that it changes. Where the primary cannot tell which, it must not change any.
     *
     * @throws SQLException 0A000 if it changed rows that are not known, which are rolled back, or if the transaction already had, so that it cannot be told
     */
    <T> T passProvenReadOnly(String sql, CaptureSession.Work<T> work) throws SQLException {
        CatalogSettings catalog = store.catalog(physical).settings();
        if (catalog.traces() && SqlText.firstWord(sql).equals("EXECUTE")) {
            return session.writes().tracing(work);
        }
        if (!SqlText.startsLikeCallOrQuery(sql)) {
            physical.prepareStatement(sql).close(); // H2's own error if it is no statement at all
            throw Refusals.notReplicable("what it executes is not known; execute the statements themselves");
        }
        if (!catalog.runsCode()) {
            session.followAutoCommit();
            return guarded(work);
        }
        if (catalog.traces()) {
            return session.writes().tracing(work);
        }
        return session.inTransaction(() -> {
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
    <T> T passSetting(String sql, CaptureSession.Work<T> work) throws SQLException {
        Setting setting = Setting.of(sql);
        setting.check(physical);
        if (setting.commits()) {
            session.commitChanges();
        }
        session.followAutoCommit();
        T result = guarded(work);
        switch (setting.effect()) {
            case NONE, REPLICA_DIFFERS, OF_WEIR -> {}
            case SCHEMA, TIME_ZONE -> settings.changed();
            case ISOLATION -> session.leaveReadCommitted();
            case SEARCH_PATH -> settings.setSearchPath(setting.value());
            case READING -> {
                settings.setUnreadable(setting.name(), !"FALSE".equalsIgnoreCase(setting.value()));
            }
            case OTHER -> settings.setForeign();
        }
        return result;
    }

    /** Runs upkeep that replicas do not repeat; H2 commits before some of it. */
    <T> T passMaintenance(String sql, CaptureSession.Work<T> work) throws SQLException {
        String verb = SqlText.firstWord(sql);
        if (verb.equals("SET")) {
            Setting.of(sql).check(physical);
        }
        if (!Setting.leavesTransactionOpen(verb)) {
            session.commitChanges();
        }
        session.followAutoCommit();
        return guarded(work);
    }
}
