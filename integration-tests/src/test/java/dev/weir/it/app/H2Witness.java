package dev.weir.it.app;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.h2.api.DatabaseEventListener;
import org.h2.command.Command;
import org.h2.command.CommandContainer;
import org.h2.command.Prepared;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;

/** Listens inside the replicas' own engines, which run in this JVM. */
final class H2Witness implements Witness {
    private static final String PROBED = "FROM WEIR.NODE";

    private final H2EmbeddedCluster cluster;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new ArrayList<>();

    private H2Witness(H2EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    static H2Witness on(H2EmbeddedCluster cluster) throws SQLException {
        H2Witness witness = new H2Witness(cluster);
        for (H2Store replica : cluster.replicas()) {
            Connection connection = replica.open();
            witness.connections.add(connection);
            JdbcConnection own = connection.unwrap(JdbcConnection.class);
            Database engine = ((SessionLocal) own.getSession()).getDatabase();
            engine.setEventListener(witness.new Listener(replica, engine));
        }
        return witness;
    }

    /** Told by one engine of each statement, in the thread that executes it. */
    private final class Listener implements DatabaseEventListener {
        private final H2Store store;
        private final Database engine;

        Listener(H2Store store, Database engine) {
            this.store = store;
            this.engine = engine;
        }

        @Override
        public void setProgress(int state, String sql, long done, long all) {
            if (state == STATE_STATEMENT_START) {
                record(sql, null);
            }
        }

        @Override
        public void exceptionThrown(SQLException failure, @Nullable String sql) {
            record(String.valueOf(sql), failure.getMessage());
        }

        private void record(String told, @Nullable String error) {
            Optional<SessionLocal> executing = Arrays.stream(engine.getSessions(false))
                    .filter(SessionLocal::isLockedByCurrentThread)
                    .filter(session ->
                            session.getUser().getName().equals(store.user().toUpperCase(Locale.ROOT)))
                    .findFirst();
            if (executing.isPresent() && !told.contains(PROBED)) {
                seen.add(new Seen(store.name(), whole(told, executing.get().getCurrentCommand()), error));
            }
        }
    }

    /** Listeners are told texts that lack their end if they begin with a comment; the command that is executed has the whole. */
    private static String whole(String told, @Nullable Command command) {
        if (!told.startsWith("/*") || command == null) {
            return told;
        }
        try {
            Field prepared = CommandContainer.class.getDeclaredField("prepared");
            prepared.setAccessible(true);
            return ((Prepared) prepared.get(command)).getSQL();
        } catch (ReflectiveOperationException otherVersion) {
            throw new IllegalStateException("H2's commands have changed; see how to get their text", otherVersion);
        }
    }

    @Override
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void awaitCaughtUp(Duration limit) throws SQLException {
        Equality.awaitCaughtUp(cluster, limit);
    }

    @Override
    public List<String> differences() throws SQLException {
        return Equality.differences(cluster);
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }
}
