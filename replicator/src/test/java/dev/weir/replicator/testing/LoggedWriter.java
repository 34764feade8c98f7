package dev.weir.replicator.testing;

import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.EntryKind;
import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.SessionContext;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An application that writes a primary's data and log by hand, as the driver's capture does by itself. Confined to one thread. */
public final class LoggedWriter implements AutoCloseable {
    private final Connection connection;
    private Duration skew = Duration.ZERO;

    public LoggedWriter(String url, String user, String password) throws SQLException {
        connection = Sessions.open(StoreUrl.parse(url), user, password);
        connection.setAutoCommit(false);
    }

    /** Has the application's clock, which stamps its commits, be ahead of this machine's by so much. */
    public void skew(Duration ahead) {
        skew = ahead;
    }

    public Connection connection() {
        return connection;
    }

    /** Executes a statement in the open transaction. */
    public LoggedWriter run(String sql) throws SQLException {
        Sessions.execute(connection, sql);
        return this;
    }

    /** A schema change with its entry. */
    public long ddl(String sql) throws SQLException {
        Sessions.execute(connection, sql);
        return append(EntryKind.DDL, List.of(new LoggedStatement.Ddl(SessionContext.DEFAULT, sql)));
    }

    /** A statement that is executed and logged as such. */
    public long sql(String sql, long count) throws SQLException {
        Sessions.execute(connection, sql);
        return commit(new LoggedStatement.Sql(SessionContext.DEFAULT, sql, List.of(), count));
    }

    /** Commits the open transaction with these statements as its entry. */
    public long commit(LoggedStatement... statements) throws SQLException {
        return append(EntryKind.DATA, List.of(statements));
    }

    public static LoggedStatement.Rows rows(
            String table, Change change, List<String> columns, int keys, @Nullable Object[]... rows) {
        return new LoggedStatement.Rows("PUBLIC", table, change, columns, keys, Arrays.asList(rows));
    }

    private long append(EntryKind kind, List<LoggedStatement> statements) throws SQLException {
        BodyWriter writer = new BodyWriter();
        statements.forEach(writer::append);
        byte[] body = writer.toByteArray();
        try (Statement statement = connection.createStatement();
                ResultSet head = statement.executeQuery("SELECT LSN, DIGEST FROM WEIR.HEAD WHERE ID = 1 FOR UPDATE")) {
            head.next();
            long lsn = head.getLong(1) + 1;
            long digest = Digest.next(head.getLong(2), Digest.of(kind, body));
            insert(lsn, digest, kind, body);
            statement.executeUpdate("UPDATE WEIR.HEAD SET LSN = " + lsn + ", DIGEST = " + digest
                    + (kind == EntryKind.DDL ? ", SCHEMA_LSN = " + lsn : "") + " WHERE ID = 1");
            connection.commit();
            return lsn;
        }
    }

    private void insert(long lsn, long digest, EntryKind kind, byte[] body) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY)"
                        + " SELECT ?, EPOCH, INCARNATION, ORIGIN, ?, ?, 'DONE', ?, ? FROM WEIR.HEAD WHERE ID = 1")) {
            insert.setLong(1, lsn);
            insert.setObject(2, OffsetDateTime.now(java.time.ZoneOffset.UTC).plus(skew));
            insert.setString(3, kind.name());
            insert.setLong(4, digest);
            insert.setBytes(5, body);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
