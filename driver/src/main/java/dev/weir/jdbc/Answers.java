package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryColumns.number;
import static dev.weir.jdbc.MemoryColumns.text;
import static dev.weir.jdbc.MemoryColumns.truth;

import dev.weir.capture.AuditedStatement;
import dev.weir.capture.ReplicationVerdict;
import dev.weir.cluster.BreakerState;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeStatus;
import dev.weir.routing.Explanation;
import dev.weir.routing.Reason;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The answers to {@code SHOW weir.nodes}, {@code SHOW weir.session}, {@code SHOW weir.audit}, {@code EXPLAIN ROUTE} and {@code EXPLAIN REPLICATION}. Confined to one connection. */
final class Answers {
    private static final MemoryColumns NODES = new MemoryColumns(List.of(
            text("name"),
            text("url"),
            text("role"),
            number("epoch"),
            number("lsn"),
            number("lag_entries"),
            number("lag_ms"),
            text("state"),
            number("in_flight"),
            number("reads"),
            number("failures")));
    private static final MemoryColumns SESSION =
            new MemoryColumns(List.of(text("consistency"), text("token"), text("pinned_to"), truth("in_transaction")));
    private static final MemoryColumns AUDIT = new MemoryColumns(List.of(
            text("statement"),
            text("kind"),
            text("logging"),
            text("reason"),
            text("advice"),
            number("executions"),
            text("first_seen")));
    private static final MemoryColumns ROUTE = new MemoryColumns(List.of(
            text("kind"), text("route"), text("node"), text("reason"), number("lsn_needed"), number("lsn_has")));

    private static final MemoryColumns REPLICATION =
            new MemoryColumns(List.of(text("kind"), text("logging"), text("reason"), text("advice")));

    private final RoutedConnection connection;
    private final Routing routing;
    private final RoutingSession session;

    Answers(RoutedConnection connection, Routing routing, RoutingSession session) {
        this.connection = connection;
        this.routing = routing;
        this.session = session;
    }

    /** The columns of a command that Weir answers; null for every other statement. */
    static @Nullable ResultSetMetaData metaData(Kind kind) {
        return switch (kind) {
            case SHOW_NODES -> NODES;
            case SHOW_SESSION -> SESSION;
            case SHOW_AUDIT -> AUDIT;
            case EXPLAIN_ROUTE -> ROUTE;
            case EXPLAIN_REPLICATION -> REPLICATION;
            default -> null;
        };
    }

    ResultSet answer(Classification classification) throws SQLException {
        return switch (classification.kind()) {
            case SHOW_NODES -> new MemoryResultSet(NODES, nodes());
            case SHOW_SESSION -> new MemoryResultSet(SESSION, List.<@Nullable Object[]>of(session()));
            case SHOW_AUDIT -> new MemoryResultSet(AUDIT, audit());
            case EXPLAIN_ROUTE ->
                new MemoryResultSet(
                        ROUTE, List.<@Nullable Object[]>of(route(String.valueOf(classification.argument()))));
            case EXPLAIN_REPLICATION ->
                new MemoryResultSet(
                        REPLICATION,
                        List.<@Nullable Object[]>of(replication(String.valueOf(classification.argument()))));
            default -> throw new IllegalArgumentException(classification.kind() + " is for a node to answer");
        };
    }

    // ---------------------------------------------------------------- SHOW weir.nodes

    private List<@Nullable Object[]> nodes() {
        ClusterView view = routing.cluster().view();
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (NodeStatus status : view.statuses()) {
            rows.add(node(status, view));
        }
        return rows;
    }

    private static @Nullable Object[] node(NodeStatus status, ClusterView view) {
        Node node = status.node();
        long lsn = view.appliedLsn(status);
        NodeStatus primary = view.primary();
        long newest = primary == null ? -1 : view.appliedLsn(primary);
        Long behind = lsn < 0 || newest < 0 ? null : Math.max(0, newest - lsn);
        return new @Nullable Object[] {
            node.name(),
            node.url(),
            lower(status.role()),
            status.epoch() == 0 ? null : status.epoch(),
            known(lsn),
            behind,
            behind != null && behind == 0 ? Long.valueOf(0) : staleness(status, view),
            state(status),
            node.inFlight(),
            node.reads(),
            node.failures()
        };
    }

    private static String state(NodeStatus status) {
        String problem = status.problem();
        if (status.isUp() && status.node().breakerState() != BreakerState.CLOSED) {
            problem = "fails reads though it answers probes, so that it gets none for now";
        }
        return problem == null ? lower(status.state()) : lower(status.state()) + ": " + problem;
    }

    private static @Nullable Long staleness(NodeStatus status, ClusterView view) {
        return status.coveredRound() < 0
                ? null
                : Math.max(0, TimeUnit.NANOSECONDS.toMillis(view.nanos() - status.coveredNanos()));
    }

    private static @Nullable Long known(long position) {
        return position < 0 ? null : position;
    }

    // ---------------------------------------------------------------- SHOW weir.session

    private @Nullable Object[] session() throws SQLException {
        Node pinned = session.pinnedTo();
        return new @Nullable Object[] {
            lower(session.consistency()),
            routing.token(session),
            pinned == null ? null : pinned.name(),
            session.transaction() != RoutingSession.Transaction.NONE
        };
    }

    // ---------------------------------------------------------------- SHOW weir.audit

    private List<@Nullable Object[]> audit() {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (AuditedStatement audited : connection.database().capture().audited()) {
            ReplicationVerdict verdict = audited.verdict();
            rows.add(new @Nullable Object[] {
                audited.statement(),
                audited.kind(),
                lower(verdict.logging()),
                verdict.reason(),
                verdict.advice(),
                audited.executions(),
                audited.firstSeen().toString()
            });
        }
        return rows;
    }

    // ---------------------------------------------------------------- EXPLAIN ROUTE

    private @Nullable Object[] route(String sql) throws SQLException {
        connection.database().catalog().update();
        Classification classification = connection.classify(sql);
        Explanation explanation = routing.explain(classification, session);
        Node node = explanation.route().node();
        Reason reason = explanation.route().reason();
        if (mustWaitForSchema(classification)) {
            NodeStatus primary = routing.cluster().view().primary();
            node = primary == null ? null : primary.node();
            reason = Reason.UNREAD_SCHEMA;
        }
        return new @Nullable Object[] {
            lower(classification.kind()),
            place(classification.kind(), node),
            node == null ? null : node.name(),
            reason(classification, reason),
            known(explanation.lsnNeeded()),
            known(explanation.lsnHas())
        };
    }

    /** Whether a plain read would run on the primary now because the newest schema is not known. */
    private boolean mustWaitForSchema(Classification classification) {
        return classification.kind() == Kind.READ
                && session.transaction() == RoutingSession.Transaction.NONE
                && !connection.database().catalog().isComplete();
    }

    private String place(Kind kind, @Nullable Node node) {
        return switch (kind) {
            case SESSION -> "every";
            case SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION -> "none";
            default -> node == null ? "none" : isPrimary(node) ? "primary" : "replica";
        };
    }

    private boolean isPrimary(Node node) {
        NodeStatus primary = routing.cluster().view().primary();
        return primary != null && primary.node() == node;
    }

    private static String reason(Classification classification, Reason reason) {
        return classification.kind() == Kind.READ ? reason.phrase() : reason.phrase() + ": " + classification.reason();
    }

    // ---------------------------------------------------------------- EXPLAIN REPLICATION

    private @Nullable Object[] replication(String sql) throws SQLException {
        connection.database().catalog().update();
        Classification classification = connection.classify(sql);
        ReplicationVerdict verdict = connection
                .database()
                .capture()
                .verdict(connection.execution().primary().connection(), sql);
        return new @Nullable Object[] {
            lower(classification.kind()), lower(verdict.logging()), verdict.reason(), verdict.advice()
        };
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
