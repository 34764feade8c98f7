package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.WeirConnectionPoolDataSource;
import dev.weir.WeirXADataSource;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Branches of distributed transactions, as a transaction manager drives them. */
@ExtendWith({PostgresExtension.class, H2EmbeddedExtension.class})
final class DistributedTransactionTest {
    /** A branch named by a number. */
    private record Branch(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 77;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return ("global-" + number).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {(byte) number, -1};
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM ITEM")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void assertCode(ThrowingCallable call, int code) {
        assertThatThrownBy(call)
                .isInstanceOf(XAException.class)
                .satisfies(e -> assertThat(((XAException) e).errorCode).isEqualTo(code));
    }

    @Test
    void shouldCommitAndRollBackPreparedBranchesOnPostgres(PostgresCluster cluster) throws Exception {
        try (WeirXADataSource source = new WeirXADataSource(cluster.weirUrl())) {
            XAConnection managed = source.getXAConnection();
            XAResource branches = managed.getXAResource();
            try (Connection outside = managed.getConnection()) {
                execute(outside, "CREATE TABLE item (id int)");
            }
            branches.start(new Branch(1), XAResource.TMNOFLAGS);
            try (Connection handle = managed.getConnection()) {
                execute(handle, "INSERT INTO item VALUES (1)");
                assertThat(count(handle)).isEqualTo(1);
                assertThatThrownBy(handle::commit).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> handle.setAutoCommit(true)).isInstanceOf(SQLException.class);
            }
            branches.end(new Branch(1), XAResource.TMSUCCESS);
            assertThat(branches.prepare(new Branch(1))).isEqualTo(XAResource.XA_OK);
            assertThat(branches.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                    .anySatisfy(xid ->
                            assertThat(xid.getGlobalTransactionId()).isEqualTo(new Branch(1).getGlobalTransactionId()));
            branches.start(new Branch(2), XAResource.TMNOFLAGS);
            branches.commit(new Branch(1), false);
            try (Connection handle = managed.getConnection()) {
                execute(handle, "INSERT INTO item VALUES (2)");
            }
            branches.end(new Branch(2), XAResource.TMSUCCESS);
            branches.prepare(new Branch(2));
            branches.rollback(new Branch(2));
            assertCode(() -> branches.commit(new Branch(2), false), XAException.XAER_NOTA);
            try (Connection handle = managed.getConnection()) {
                assertThat(handle.getAutoCommit()).isTrue();
                assertThat(count(handle)).isEqualTo(1);
            }
            managed.close();
        }
    }

    @Test
    void shouldRollBackBranchThatFailedOnPostgres(PostgresCluster cluster) throws Exception {
        try (WeirXADataSource source = new WeirXADataSource(cluster.weirUrl())) {
            XAConnection managed = source.getXAConnection();
            XAResource branches = managed.getXAResource();
            try (Connection handle = managed.getConnection()) {
                execute(handle, "CREATE TABLE item (id int)");
                branches.start(new Branch(3), XAResource.TMNOFLAGS);
                execute(handle, "INSERT INTO item VALUES (1)");
                assertThatThrownBy(() -> execute(handle, "SELECT 1 / 0")).isInstanceOf(SQLException.class);
            }
            branches.end(new Branch(3), XAResource.TMSUCCESS);
            assertCode(() -> branches.prepare(new Branch(3)), XAException.XA_RBROLLBACK);
            assertThat(branches.recover(XAResource.TMSTARTRSCAN)).isEmpty();
            try (Connection handle = managed.getConnection()) {
                assertThat(count(handle)).isZero();
            }
            managed.close();
        }
    }

    @Test
    void shouldTellPoolWhenHandleIsClosedAndKeepConnectionOpen(H2EmbeddedCluster cluster) throws SQLException {
        try (WeirConnectionPoolDataSource source = new WeirConnectionPoolDataSource(cluster.weirUrl())) {
            AtomicInteger closed = new AtomicInteger();
            PooledConnection pooled = source.getPooledConnection(H2EmbeddedCluster.USER, H2EmbeddedCluster.PASSWORD);
            pooled.addConnectionEventListener(new ConnectionEventListener() {
                @Override
                public void connectionClosed(ConnectionEvent event) {
                    closed.incrementAndGet();
                }

                @Override
                public void connectionErrorOccurred(ConnectionEvent event) {}
            });
            try (Connection first = pooled.getConnection()) {
                execute(first, "CREATE TABLE ITEM(ID INT)");
                first.setAutoCommit(false);
                execute(first, "INSERT INTO ITEM VALUES (1)");
            }
            assertThat(closed).hasValue(1);
            try (Connection second = pooled.getConnection()) {
                assertThat(second.getAutoCommit()).isTrue();
                assertThat(count(second)).isZero();
                Connection third = pooled.getConnection();
                assertThat(second.isClosed()).isTrue();
                assertThatThrownBy(second::createStatement).isInstanceOf(SQLException.class);
                assertThat(count(third)).isZero();
                pooled.close();
                assertThat(third.isClosed()).isTrue();
            }
        }
    }

    @Test
    void shouldLeadBackToHandleAndCloseWithIt(H2EmbeddedCluster cluster) throws SQLException {
        try (WeirXADataSource source = new WeirXADataSource(cluster.weirUrl())) {
            source.setUser(H2EmbeddedCluster.USER);
            source.setPassword(H2EmbeddedCluster.PASSWORD);
            XAConnection managed = source.getXAConnection();
            Connection handle = managed.getConnection();
            execute(handle, "CREATE TABLE ITEM(ID INT)");
            Statement plain = handle.createStatement();
            PreparedStatement prepared = handle.prepareStatement("SELECT COUNT(*) FROM ITEM");
            CallableStatement call = handle.prepareCall("CALL 1");
            ResultSet rows = prepared.executeQuery();
            for (Statement statement : new Statement[] {plain, prepared, call, rows.getStatement()}) {
                assertThat(statement.getConnection()).isSameAs(handle);
            }
            assertThat(handle.getMetaData().getConnection()).isSameAs(handle);

            handle.createStatement().close();
            handle.close();
            Connection next = managed.getConnection();
            for (Statement statement : new Statement[] {plain, prepared, call}) {
                assertThat(statement.isClosed()).isTrue();
            }
            assertThat(rows.isClosed()).isTrue();
            assertThatThrownBy(prepared::executeQuery).isInstanceOf(SQLException.class);
            assertThatThrownBy(handle::getMetaData).isInstanceOf(SQLException.class);
            assertThat(count(next)).isZero();
            managed.close();
        }
    }

    @Test
    void shouldCommitInOnePhaseAndRefuseToPrepareOnH2(H2EmbeddedCluster cluster) throws Exception {
        try (WeirXADataSource source = new WeirXADataSource(cluster.weirUrl())) {
            source.setUser(H2EmbeddedCluster.USER);
            source.setPassword(H2EmbeddedCluster.PASSWORD);
            XAConnection managed = source.getXAConnection();
            XAResource branches = managed.getXAResource();
            try (Connection outside = managed.getConnection()) {
                execute(outside, "CREATE TABLE ITEM(ID INT)");
            }
            branches.start(new Branch(1), XAResource.TMNOFLAGS);
            try (Connection handle = managed.getConnection()) {
                execute(handle, "INSERT INTO ITEM VALUES (1)");
            }
            assertCode(() -> branches.commit(new Branch(1), true), XAException.XAER_PROTO);
            branches.end(new Branch(1), XAResource.TMSUCCESS);
            branches.commit(new Branch(1), true);
            branches.start(new Branch(2), XAResource.TMNOFLAGS);
            try (Connection handle = managed.getConnection()) {
                execute(handle, "INSERT INTO ITEM VALUES (2)");
            }
            branches.end(new Branch(2), XAResource.TMSUCCESS);
            assertCode(() -> branches.prepare(new Branch(2)), XAException.XA_RBOTHER);
            try (Connection handle = managed.getConnection()) {
                assertThat(count(handle)).isEqualTo(1);
            }
            managed.close();
        }
    }
}
