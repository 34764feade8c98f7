package dev.weir.jdbc;

import dev.weir.cluster.Node;
import dev.weir.routing.RoutingSession;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.SqlDialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why a session is held on the primary: something that only its session there has, such as a temporary table or an advisory lock. When a
 * statement may have ended the last of them the server is asked, and only its answer lets go. Confined to one connection.
 */
final class Pins {
    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);

    private static final String LEFT_ON_POSTGRESQL = "SELECT pg_my_temp_schema() <> 0 AND EXISTS(SELECT FROM pg_class"
            + " WHERE relnamespace = pg_my_temp_schema())"
            + " OR EXISTS(SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
            + " OR EXISTS(SELECT FROM pg_listening_channels())"
            + " OR EXISTS(SELECT FROM pg_cursors WHERE is_holdable)"
            + " OR EXISTS(SELECT FROM pg_prepared_statements WHERE from_sql)";

    private static final String LEFT_ON_H2 =
            "SELECT EXISTS(SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'LOCAL TEMPORARY')";

    private static final int MOST_UNJUDGED = 16;

    private static final Pattern RELEASING =
            Pattern.compile("\\b(?:DROP|CLOSE|UNLISTEN|DEALLOCATE|DISCARD)\\b|unlock", Pattern.CASE_INSENSITIVE);

    private static final Pattern CLEARING = Pattern.compile("\\A\\s*DISCARD\\s+ALL\\b", Pattern.CASE_INSENSITIVE);

    /** What the server cannot be asked about: settings made by a function call, whatever name it is given. */
    private static final Pattern LASTING = Pattern.compile("set_config|setseed|U&\"", Pattern.CASE_INSENSITIVE);

    private final RoutingSession session;
    private final SqlDialect dialect;
    private final RoutedDatabase database;
    private @Nullable PreparedReads prepared;
    private List<String> unjudged = List.of();
    private boolean reached;
    private boolean lasting;
    private boolean suspected;

    Pins(RoutingSession session, RoutedDatabase database) {
        this.session = session;
        this.dialect = database.dialect();
        this.database = database;
    }

    /** Holds the session because of a statement that has run on the primary. */
    void hold(Node primary, String sql, Classification classification) {
        session.pin(primary);
        lasting |= !canBeAskedFor(sql, classification);
        suspected = true;
    }

    /** Holds the session until it is closed or its settings are discarded, since nothing tells whether its reason has ended. */
    void hold(Node primary) {
        session.pin(primary);
        lasting = true;
    }

    /** Holds the session because of a call that may be of a routine which is newer than what is known of the catalog. */
    void holdUntilJudged(Node primary, String sql) {
        session.pin(primary);
        lasting |= unjudged.size() >= MOST_UNJUDGED;
        if (unjudged.isEmpty()) {
            unjudged = new ArrayList<>();
        }
        unjudged.add(sql);
    }

    boolean isUnjudged() {
        return !unjudged.isEmpty();
    }

    /** Looks at those calls again, now that the catalog is known. */
    void judge() {
        for (String sql : unjudged) {
            Classification classification = database.classify(sql);
            lasting |= classification.pins() && !canBeAskedFor(sql, classification);
        }
        unjudged = List.of();
        suspected = true;
    }

    /** Holds the session until it is closed, since the application works on the node's own connection. */
    void holdReached(Node primary) {
        hold(primary);
        reached = true;
    }

    private boolean canBeAskedFor(String sql, Classification classification) {
        if (Classification.LEAVES_SETTING.equals(classification.argument())) {
            return false;
        }
        if (classification.kind() == Kind.DDL) {
            return true;
        }
        return switch (classification.kind()) {
            case PRIMARY_READ, WRITE ->
                dialect == SqlDialect.POSTGRESQL && !LASTING.matcher(sql).find();
            case UNKNOWN, CALL ->
                dialect == SqlDialect.POSTGRESQL
                        && (Classification.LEAVES_OBJECTS.equals(classification.argument())
                                || prepared().leavesNoMore(sql));
            default -> false;
        };
    }

    private PreparedReads prepared() {
        PreparedReads known = prepared;
        if (known == null) {
            known = new PreparedReads(database::classify);
            prepared = known;
        }
        return known;
    }

    /** Notes that a statement has run which may end what holds the session. */
    void ran(String sql) {
        if (session.pinnedTo() != null) {
            suspected |= RELEASING.matcher(sql).find();
            if (CLEARING.matcher(sql).find() && dialect == SqlDialect.POSTGRESQL) {
                lasting = reached;
                prepared = null;
                unjudged = List.of();
            }
        }
    }

    /** Whether the server should be asked, as soon as no transaction is open there. */
    boolean isAsking() {
        return suspected && !lasting && unjudged.isEmpty() && session.pinnedTo() != null;
    }

    /** Asks the server on a delegate outside of any transaction, and lets the session go if nothing holds it any more. */
    void ask(Delegate delegate) {
        suspected = false;
        String query = dialect == SqlDialect.POSTGRESQL ? LEFT_ON_POSTGRESQL : LEFT_ON_H2;
        try (Statement statement = delegate.physical().createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            if (answer.next() && !answer.getBoolean(1)) {
                session.unpin();
            }
        } catch (SQLException e) {
            LOG.debug(
                    "{} was not told whether anything still holds the session, which stays there", delegate.node(), e);
        }
    }
}
