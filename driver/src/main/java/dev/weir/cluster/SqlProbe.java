package dev.weir.cluster;

import dev.weir.sql.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes a node by a query on a connection of its own, which is opened anew after a failure. Confined to one thread at a time. */
final class SqlProbe implements Probe {
    private static final Logger LOG = LoggerFactory.getLogger(SqlProbe.class);

    private final Node node;
    private final Wire wire;
    private final Dialect dialect;
    private final LongSupplier clock;
    private final Consumer<SchemaDefinitions> schemaListener;
    private long life;
    private long schemaLsn = -1;
    private long originsLife = -1;
    private long originsEpoch = -1;
    private @Nullable Connection connection;
    private @Nullable PreparedStatement statement;

    SqlProbe(Node node, Wire wire, Dialect dialect, LongSupplier clock, Consumer<SchemaDefinitions> schemaListener) {
        this.node = node;
        this.wire = wire;
        this.dialect = dialect;
        this.clock = clock;
        this.schemaListener = schemaListener;
    }

    @Override
    public Sample take(long round) {
        long sent = clock.getAsLong();
        try {
            boolean reused = statement != null;
            try {
                return sample(round);
            } catch (SQLException e) {
                close();
                if (!reused) {
                    throw e;
                }
                // The old connection may have broken with a restart that is long over.
                return sample(round);
            }
        } catch (SQLException e) {
            close();
            return new Sample(node, round, sent, clock.getAsLong(), life, null, e);
        }
    }

    private Sample sample(long round) throws SQLException {
        PreparedStatement query = statement == null ? open() : statement;
        long sent = clock.getAsLong();
        try (ResultSet row = query.executeQuery()) {
            Reading reading = dialect.read(row);
            long received = clock.getAsLong();
            reading = withOrigins(query.getConnection(), reading);
            readDefinitions(query.getConnection(), reading);
            return new Sample(node, round, sent, received, life, reading, null);
        }
    }

    /** Asks a primary for its history once for each connection and epoch, before the sample that shows either is published. */
    private Reading withOrigins(Connection from, Reading reading) throws SQLException {
        if (reading.role() != NodeRole.PRIMARY || (originsLife == life && originsEpoch == reading.epoch())) {
            return reading;
        }
        Reading told = reading.with(dialect.origins(from, reading));
        originsLife = life;
        originsEpoch = reading.epoch();
        return told;
    }

    /** Reads the definitions anew when the schema has changed, before the sample that shows the change is published. */
    private void readDefinitions(Connection from, Reading reading) throws SQLException {
        if (reading.schemaLsn() >= 0 && reading.schemaLsn() != schemaLsn) {
            Schema schema = SchemaReader.read(from, dialect);
            schemaLsn = reading.schemaLsn();
            schemaListener.accept(new SchemaDefinitions(schemaLsn, schema));
        }
    }

    private PreparedStatement open() throws SQLException {
        Connection opened = wire.open(node);
        connection = opened;
        PreparedStatement query = opened.prepareStatement(dialect.probeSql());
        statement = query;
        life++;
        return query;
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        statement = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("The probe's connection to node {} did not close cleanly", node, e);
            }
        }
    }
}
