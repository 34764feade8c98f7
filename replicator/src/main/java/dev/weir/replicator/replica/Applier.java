package dev.weir.replicator.replica;

import dev.weir.log.BodyReader;
import dev.weir.log.Digest;
import dev.weir.log.EntryKind;
import dev.weir.log.EntryState;
import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Ddl;
import dev.weir.log.LoggedStatement.Generator;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.Lsn;
import dev.weir.log.ReplaySql;
import dev.weir.log.SessionContext;
import dev.weir.log.Values;
import dev.weir.replicator.replica.ApplyFailure.Remedy;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.Sessions;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Applies log entries to one replica, in LSN order, several in one transaction, together with the checkpoint. Every change must touch as many rows as it did on the
 * primary, and the digest chain must go on; else nothing of the entry is applied. Confined to one thread, except {@link #applied}.
 */
final class Applier {
    /** How many row changes share a transaction; beyond that H2's undo log costs more than the commits saved. */
    private static final int CHANGES_PER_TRANSACTION = 100;
    /** The same where a commit costs much. */
    private static final int MOST_CHANGES_PER_TRANSACTION = 1_000;

    private final Connection connection;
    private final StatementCache statements;
    private final RowStatements rowStatements = new RowStatements();
    private final BagRow bagRow;
    private final RowWitness witness;
    private final ApplySession session;
    private final Checkpoint checkpoint;
    private final SchemaChange schemaChange;
    private volatile Position committed;
    private volatile Position showing;
    private Position tip;
    private int pendingChanges;
    private int changesPerTransaction = CHANGES_PER_TRANSACTION;

    /** @param connection the applier's own, without auto-commit */
    Applier(Connection connection, Position start, @Nullable String mode) {
        this.connection = connection;
        this.statements = new StatementCache(connection);
        this.bagRow = new BagRow(statements);
        this.witness = new RowWitness(statements);
        this.session = new ApplySession(connection, mode);
        this.checkpoint = new Checkpoint(statements);
        this.schemaChange = new SchemaChange(connection, new ReplicaRights(connection));
        this.committed = start;
        this.showing = start;
        this.tip = start;
    }

    /** A position that no reader has seen more than; ahead of {@link #applied} while a commit is under way. Any thread may ask. */
    Position showing() {
        return showing;
    }

    /** The position whose data readers see. Any thread may ask. */
    Position applied() {
        return committed;
    }

    /** Has more changes share a transaction, or as many as usual. */
    void enlargeTransactions(boolean large) {
        changesPerTransaction = large ? MOST_CHANGES_PER_TRANSACTION : CHANGES_PER_TRANSACTION;
    }

    /**
     * Applies entries that follow {@link #applied}. After a failure everything before the failing entry has been applied and nothing of it.
     *
     * @throws ApplyFailure naming the entry that stands in the way
     */
    void apply(List<LogTransaction> entries) throws ApplyFailure {
        try {
            applyTogether(entries);
        } catch (ApplyFailure together) {
            if (together.remedy() == Remedy.REOPEN) {
                throw together;
            }
            undo(together);
            applyOneByOne(entries);
        }
    }

    private void applyTogether(List<LogTransaction> entries) throws ApplyFailure {
        for (LogTransaction entry : entries) {
            if (entry.lsn().compareTo(tip.lsn()) > 0) {
                apply(entry);
                if (pendingChanges >= changesPerTransaction) {
                    commit(entry.lsn());
                }
            }
        }
        commit(tip.lsn());
    }

    private void applyOneByOne(List<LogTransaction> entries) throws ApplyFailure {
        for (LogTransaction entry : entries) {
            if (entry.lsn().compareTo(committed.lsn()) > 0) {
                try {
                    apply(entry);
                    commit(entry.lsn());
                } catch (ApplyFailure alone) {
                    undo(alone);
                    throw alone;
                }
            }
        }
    }

    private void apply(LogTransaction entry) throws ApplyFailure {
        requireSuccessor(entry);
        if (entry.kind() == EntryKind.BARRIER) {
            throw new ApplyFailure(
                    entry.lsn(),
                    Remedy.RESEED,
                    "the primary's process was killed and its store may hold parts of transactions since",
                    null);
        }
        if (entry.state() == EntryState.DONE) {
            applyStatements(entry);
        }
        tip = new Position(entry.lsn(), entry.epoch(), entry.incarnation(), entry.chain(), entry.committedAt());
        pendingChanges++;
    }

    /** One statement after the other, so that an entry of any length takes little memory. */
    private void applyStatements(LogTransaction entry) throws ApplyFailure {
        try {
            BodyReader statements = entry.body().reader();
            for (LoggedStatement next = statements.next(); next != null; next = statements.next()) {
                apply(entry, next);
            }
        } catch (SQLException e) {
            throw failure(entry.lsn(), e);
        } catch (UncheckedIOException e) {
            throw new ApplyFailure(entry.lsn(), Remedy.RETRY, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new ApplyFailure(entry.lsn(), Remedy.NONE, "it cannot be read: " + e.getMessage(), e);
        }
    }

    private void requireSuccessor(LogTransaction entry) throws ApplyFailure {
        Lsn expected = tip.lsn().next();
        if (!entry.lsn().equals(expected)) {
            throw new ApplyFailure(
                    entry.lsn(), Remedy.RESEED, "the log has a gap: entry " + expected + " was expected", null);
        }
        if (entry.epoch().compareTo(tip.epoch()) < 0) {
            throw new ApplyFailure(
                    entry.lsn(),
                    Remedy.RESEED,
                    "its epoch " + entry.epoch() + " is older than the replica's epoch " + tip.epoch(),
                    null);
        }
        requireChain(entry);
    }

    private void requireChain(LogTransaction entry) throws ApplyFailure {
        if (entry.chain() != Digest.next(tip.digest(), entry.hash())) {
            throw new ApplyFailure(
                    entry.lsn(),
                    Remedy.RESEED,
                    "the digest chain breaks here: the entry does not follow what this replica has applied",
                    null);
        }
    }

    private void apply(LogTransaction entry, LoggedStatement statement) throws SQLException, ApplyFailure {
        if (statement instanceof Rows rows) {
            applyRows(entry.lsn(), rows);
        } else if (statement instanceof Sql sql) {
            enter(sql.context());
            PreparedStatement prepared = statements.prepare(sql.context(), sql.sql());
            int index = 1;
            for (Object parameter : sql.parameters()) {
                index = Values.bind(prepared, index, parameter);
            }
            execute(entry.lsn(), sql, prepared);
            pendingChanges++;
        } else if (statement instanceof Generator generator) {
            Sessions.execute(connection, generator.sql());
            // H2 keeps its definitions locked until the transaction ends.
            pendingChanges = MOST_CHANGES_PER_TRANSACTION;
        } else if (statement instanceof Ddl ddl) {
            applySchemaChange(entry, ddl);
        }
    }

    private static void execute(Lsn lsn, Sql sql, PreparedStatement prepared) throws SQLException, ApplyFailure {
        long found;
        try {
            found = prepared.executeLargeUpdate();
        } catch (SQLException e) {
            if (SqlTrouble.isAboutRows(e)) {
                throw ApplyFailure.diverged(
                        RowWitness.of(lsn, sql, "an error: " + e.getMessage()), SqlTrouble.told(e), e);
            }
            throw e;
        }
        if (deviates(found, sql.count(), sql.count())) {
            throw ApplyFailure.diverged(
                    RowWitness.of(lsn, sql, found + " rows changed"), counts(found, sql.count()), null);
        }
    }

    /** Whether a change has touched another number of rows than it may, which says that this replica differs. */
    private static boolean deviates(long found, long least, long most) {
        return found < least || found > most;
    }

    private static String counts(long found, long expected) {
        return "changed " + found + " rows here and " + expected + " on the primary";
    }

    private void applyRows(Lsn lsn, Rows rows) throws SQLException, ApplyFailure {
        int done = 0;
        try {
            for (@Nullable Object[] row : rows.rows()) {
                applyRow(lsn, rows, row);
                done++;
            }
        } catch (SQLException e) {
            if (e.getErrorCode() == ErrorCode.DUPLICATE_KEY_1
                    && rows.change() == Change.UPDATE
                    && rows.rows().size() > 1
                    && isWhole(rows)) {
                replaceRows(lsn, rows);
            } else if (SqlTrouble.isAboutRows(e)) {
                throw ApplyFailure.diverged(witness.of(lsn, rows, rows.rows().get(done)), SqlTrouble.told(e), e);
            } else {
                throw e;
            }
        }
    }

    /** Whether the rows name every column that is not computed. */
    private boolean isWhole(Rows rows) throws SQLException {
        PreparedStatement query = statements.prepare(
                null,
                "SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS"
                        + " WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND IS_GENERATED = 'NEVER'");
        query.setString(1, rows.schema());
        query.setString(2, rows.table());
        try (ResultSet columns = query.executeQuery()) {
            while (columns.next()) {
                if (!rows.columns().contains(columns.getString(1))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Rows that exchange unique values cannot be updated one after the other; all go, and all come again. */
    private void replaceRows(Lsn lsn, Rows rows) throws SQLException, ApplyFailure {
        Rows keys = new Rows(
                rows.schema(),
                rows.table(),
                Change.DELETE,
                rows.columns().subList(0, rows.keys()),
                rows.keys(),
                rows.rows().stream().map(row -> Arrays.copyOf(row, rows.keys())).toList());
        Rows images = new Rows(rows.schema(), rows.table(), Change.INSERT, rows.columns(), 0, rows.rows());
        for (Rows step : List.of(keys, images)) {
            for (@Nullable Object[] row : step.rows()) {
                applyRow(lsn, step, row);
            }
        }
    }

    private void applyRow(Lsn lsn, Rows rows, @Nullable Object[] row) throws SQLException, ApplyFailure {
        long count;
        try {
            count = rows.change() == Change.DELETE_BAG ? bagRow.delete(rows, row) : executeRow(rows, row);
        } catch (SQLException e) {
            // Rows of an UPDATE may exchange unique values.
            if (rows.change() != Change.UPDATE && SqlTrouble.isAboutRows(e)) {
                throw ApplyFailure.diverged(witness.of(lsn, rows, row), SqlTrouble.told(e), e);
            }
            throw e;
        }
        if (deviates(count, rows.change() == Change.PURGE ? 0 : 1, 1)) {
            throw ApplyFailure.diverged(witness.of(lsn, rows, row), counts(count, 1), null);
        }
        pendingChanges++;
    }

    private long executeRow(Rows rows, @Nullable Object[] row) throws SQLException {
        List<String> texts = rowStatements.of(rows, row);
        long count = 0;
        for (int text = 0; text < texts.size() && count == 0; text++) {
            PreparedStatement prepared = statements.prepare(null, texts.get(text));
            ReplaySql.bind(prepared, rows, row, text);
            count = prepared.executeLargeUpdate();
        }
        return count;
    }

    private void applySchemaChange(LogTransaction entry, Ddl ddl) throws SQLException, ApplyFailure {
        commit(tip.lsn());
        enter(ddl.context());
        schemaChange.execute(entry.lsn(), ddl);
        statements.clear();
        schemaChange.finish();
        pendingChanges = MOST_CHANGES_PER_TRANSACTION;
    }

    private void enter(SessionContext context) throws SQLException, ApplyFailure {
        if (session.differsInMode(context)) {
            commit(tip.lsn());
            session.enterMode(context);
        }
        session.enter(context);
    }

    private void commit(Lsn lsn) throws ApplyFailure {
        if (tip.equals(committed)) {
            return;
        }
        try {
            checkpoint.move(tip);
            showing = tip;
            connection.commit();
        } catch (SQLException e) {
            throw failure(lsn, e);
        }
        committed = tip;
        pendingChanges = 0;
    }

    private void undo(ApplyFailure reason) throws ApplyFailure {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new ApplyFailure(reason.lsn(), Remedy.REOPEN, "cannot be rolled back: " + e.getMessage(), e);
        }
        tip = committed;
        pendingChanges = 0;
    }

    private static ApplyFailure failure(Lsn lsn, SQLException e) {
        return new ApplyFailure(lsn, SqlTrouble.of(e).remedy(), SqlTrouble.told(e), e);
    }
}
