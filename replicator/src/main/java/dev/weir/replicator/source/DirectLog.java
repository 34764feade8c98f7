package dev.weir.replicator.source;

import dev.weir.log.DirectCommits;
import java.sql.Connection;
import java.sql.SQLException;
import org.h2.engine.Database;
import org.h2.engine.Right;
import org.h2.engine.Session;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.message.DbException;
import org.h2.mvstore.tx.Transaction;
import org.h2.mvstore.tx.TransactionMap;
import org.h2.result.Row;
import org.h2.result.SearchRow;
import org.h2.table.Table;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits under READ COMMITTED with log entries that go straight into H2's own tables. It holds the session's lock and the tables' locks as a statement does, and whatever it cannot do
 * it takes back and leaves to SQL, whose errors are H2's. So it does under other isolations, where H2 refuses a transaction whose snapshot has an older head. Thread-safe.
 *
 * <p>The head is written without having been read under its lock: the row that is expected to be the newest is advanced and put in its place; only if another turns out to have stood there is that one advanced.
 *
 * <p>Head and log are not registered with the session as changed: for each such table H2 walks through all queries that the session keeps prepared, and no result of a query on these is kept.
 */
final class DirectLog implements DirectCommits {
    private static final Logger LOG = LoggerFactory.getLogger(DirectLog.class);

    private final Database database;
    private volatile @Nullable LogTables tables;
    /** The newest head known here, or an older one. */
    private volatile @Nullable SearchRow newest;

    DirectLog(Database database) {
        this.database = database;
    }

    /** For the store that a session of this JVM has open. */
    static DirectLog of(Connection connection) throws SQLException {
        if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
            DirectLog log = new DirectLog(session.getDatabase());
            log.current();
            return log;
        }
        throw new SQLException("The primary's store is not open in this JVM", "08001");
    }

    Database database() {
        return database;
    }

    @Override
    public @Nullable Committed commit(Connection connection, Entry entry, byte[] first) throws SQLException {
        if (!(connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)
                || session.isClosed()
                || session.getDatabase() != database) {
            return null;
        }
        session.waitIfExclusiveModeEnabled();
        session.lock();
        try {
            Session outer = session.setThreadLocalSession();
            try {
                Committed appended = append(session, entry, first);
                if (appended != null) {
                    session.commit(false);
                }
                return appended;
            } finally {
                session.resetThreadLocalSession(outer);
            }
        } catch (RuntimeException e) {
            throw DbException.toSQLException(e);
        } finally {
            session.unlock();
        }
    }

    /**
     * Locks and advances the head and inserts the entry, in the open transaction of a session that this thread has locked.
     *
     * @return null, with nothing done, if it cannot be done here
     */
    @Nullable Committed append(SessionLocal session, Entry entry, byte[] first) {
        if (!session.getIsolationLevel().allowNonRepeatableRead()) {
            return null;
        }
        Transaction transaction = session.getTransaction();
        long before = transaction.setSavepoint();
        try {
            LogTables known = current();
            if (known == null) {
                return null;
            }
            lock(session, known.head(), Right.UPDATE);
            lock(session, known.log(), Right.INSERT);
            SearchRow at = advance(session, transaction, known, entry);
            if (at != null) {
                known.add(session, known.row(at, entry, first));
                return new Committed(LogTables.lsn(at), LogTables.isGateClosed(at));
            }
        } catch (RuntimeException e) {
            LOG.debug("event=not_committed_directly reason=\"{}\"", e.getMessage());
        }
        transaction.rollbackToSavepoint(before);
        return null;
    }

    private @Nullable LogTables current() {
        LogTables known = tables;
        if (known == null || known.isOutdated(database)) {
            known = LogTables.of(database);
            tables = known;
        }
        return known;
    }

    private static void lock(SessionLocal session, Table table, int right) {
        session.getUser().checkTableRight(table, right);
        table.lock(session, Table.WRITE_LOCK);
    }

    /** Locks the head and puts the next one in its place; null if it does not admit the entry. */
    @SuppressWarnings("ReferenceEquality") // the very row; an equal one is advanced once more, which does no harm
    private @Nullable Row advance(SessionLocal session, Transaction transaction, LogTables known, Entry entry) {
        TransactionMap<Long, SearchRow> heads = transaction.openMapX(known.headMap(session));
        SearchRow expected = newest;
        if (expected == null) {
            expected = heads.get(LogTables.HEAD_KEY);
        }
        if (expected == null) {
            return null;
        }
        Row next = known.advanced(expected, entry);
        SearchRow found = heads.put(LogTables.HEAD_KEY, next);
        if (found == null) {
            return null;
        }
        if (found != expected) {
            next = known.advanced(found, entry);
            heads.put(LogTables.HEAD_KEY, next);
        }
        if (!LogTables.admits(found, entry)) {
            return null;
        }
        newest = next;
        return next;
    }
}
