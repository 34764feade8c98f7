package dev.weir.jdbc;

import dev.weir.cluster.Failure;
import dev.weir.cluster.Node;
import dev.weir.jdbc.SessionSettings.SessionSql;
import dev.weir.routing.Patience;
import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import dev.weir.routing.RoutingSession;
import dev.weir.sql.Classification;
import dev.weir.sql.DdlShape;
import dev.weir.sql.Kind;
import dev.weir.sql.SqlDialect;
import dev.weir.sql.TableName;
import dev.weir.sql.Tables;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of every statement of one logical connection: refused or routed, executed on a delegate, retried where that is safe, and
 * its effect on transaction and causal clock recorded. Confined to one connection.
 */
final class Execution extends ReadPath {
    /** Functions of PostgreSQL that run on the primary for what they are, beside those called pg_something. */
    private static final Set<String> BUILT_IN_CALLS =
            Set.of("nextval", "setval", "currval", "lastval", "set_config", "setseed", "txid_current", "lo_create");

    /** How long a call waits for the definitions of routines that the session has changed; after that it holds the session. */
    private static final Duration CALL_PATIENCE = Duration.ofMillis(250);

    private @Nullable Pins pins;

    Execution(
            RoutedConnection connection,
            RoutedDatabase database,
            RoutingSession session,
            Delegates delegates,
            SessionSettings settings,
            LogicalTransaction transaction) {
        super(connection, database, session, delegates, settings, transaction);
    }

    /** Executes a statement that the connection is asked for, wherever it has to go. */
    @Override
    <R> R run(RoutedStatement statement, String sql, Classification classification, Call<R> call) throws SQLException {
        Pins holding = pins;
        if (holding != null && holding.isUnjudged()) {
            judgeCalls(holding);
        }
        if (classification.kind() == Kind.READ) {
            return read(statement, sql, classification, call);
        }
        return switch (classification.kind()) {
            case READ -> read(statement, sql, classification, call);
            case EMPTY -> onNode(statement, sql, classification, call);
            case BEGIN, COMMIT, ROLLBACK -> control(statement, classification, call);
            case SESSION -> setSession(statement, sql, classification, call);
            case SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION ->
                call.answer(statement.answered(connection.answers().answer(classification)));
            case PRIMARY_READ,
                    WRITE,
                    DDL,
                    MAINTENANCE,
                    CALL,
                    MULTIPLE,
                    UNKNOWN,
                    SAVEPOINT,
                    RELEASE_SAVEPOINT,
                    ROLLBACK_TO_SAVEPOINT,
                    TRANSACTION_SETTING -> onNode(statement, sql, classification, call);
        };
    }

    @Override
    boolean isJudging() {
        Pins holding = pins;
        return holding != null && holding.isUnjudged();
    }

    /** Notes that a node failed while a result of it was being read. */
    void failedInResult(Delegate delegate, SQLException failure) {
        noteFailure(delegate.node(), delegate, failure);
    }

    // ---------------------------------------------------------------- everything that may write

    private <R> R onNode(RoutedStatement statement, String sql, Classification given, Call<R> call)
            throws SQLException {
        Classification classification = dependsOnSchema(given) ? bySchema(sql, given) : given;
        Boolean autoCommit = autoCommitSetting(sql, classification);
        if (autoCommit != null) {
            R answer = call.answer(null);
            transaction.setAutoCommit(autoCommit);
            statement.answered(null);
            return answer;
        }
        refuseIfReadOnly(classification);
        boolean controls = controlsTransaction(classification);
        Route route = routing.route(classification, session);
        Delegate delegate = openFor(route, classification, statement);
        Tables inserted = inserted(classification);
        if (transaction.isOpen()) {
            transaction.notes(inserted);
        }
        R result;
        long began = delegate.tally().writeStarted() ? System.nanoTime() : 0;
        try {
            result = send(statement, delegate, call);
            if (began != 0) {
                delegate.node().writeTook(System.nanoTime() - began);
            }
        } catch (SQLException e) {
            SQLException failure = failedOnNode(delegate, classification, e);
            if (controls && !delegate.isDiscarded()) {
                transaction.controlledByText(delegate, true);
                delegate.alter();
            }
            throw failure;
        }
        sent(route, delegate);
        executedOnNode(delegate, inserted);
        if (controls) {
            transaction.controlledByText(delegate, Classification.LEAVES_OPEN.equals(classification.argument()));
        }
        if (mayChangeSchema(classification)) {
            schemaMayHaveChanged(delegate, classification.kind() == Kind.CALL);
        }
        DdlShape ddl = classification.ddl();
        TableName shared = ddl != null && ddl.sharesTemporary() ? ddl.table() : null;
        if (shared != null) {
            database.learnPrimaryTable(shared.name().text());
        }
        leftState(sql, classification, delegate);
        if (delegate.isPrimary() && mayCallNewer(classification)) {
            pins().holdUntilJudged(delegate.node(), sql);
            delegate.alter();
        }
        return result;
    }

    /** What a statement does to the session's view: nothing, inserts without finding out anything, or whatever it may. */
    private static Tables inserted(Classification classification) {
        return switch (classification.kind()) {
            case WRITE -> classification.tables();
            case EMPTY, SAVEPOINT, RELEASE_SAVEPOINT, ROLLBACK_TO_SAVEPOINT, TRANSACTION_SETTING -> Tables.NONE;
            default -> Tables.ANY;
        };
    }

    /** Whether the catalog tells what a statement that stays on the primary leaves in its session, or how it is to be captured. */
    private boolean dependsOnSchema(Classification classification) {
        return switch (classification.kind()) {
            case PRIMARY_READ, CALL -> database.dialect() == SqlDialect.POSTGRESQL;
            case WRITE -> database.dialect() == SqlDialect.POSTGRESQL || classification.write() == null;
            case UNKNOWN -> true;
            default -> false;
        };
    }

    /** Judges the calls that could not be judged when they were made, and lets the session go if they have left nothing. */
    private void judgeCalls(Pins holding) throws SQLException {
        CatalogWatch catalog = database.catalog();
        catalog.update();
        if (transaction.delegate() == null && !transaction.changesSchema() && catalog.isComplete()) {
            holding.judge();
            letGo();
        }
    }

    /** What a text is by the newest definitions; a call waits for those that the session itself has changed. */
    private Classification bySchema(String sql, Classification given) throws SQLException {
        CatalogWatch catalog = database.catalog();
        if (catalog.isSettled()) {
            return given;
        }
        catalog.update();
        if (!catalog.isComplete() && callsRoutine(given)) {
            try {
                catalog.awaitComplete(CALL_PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Classification newest = database.classify(sql);
        return newest.kind() == given.kind() ? newest : given;
    }

    private boolean callsRoutine(Classification classification) {
        return database.dialect() == SqlDialect.POSTGRESQL
                && switch (classification.kind()) {
                    case CALL -> true;
                    case PRIMARY_READ -> isOwnCall(classification.reason());
                    default -> false;
                };
    }

    /** Whether a statement calls something that is not PostgreSQL's own, by the reason that keeps it on the primary. */
    private static boolean isOwnCall(String reason) {
        return reason.startsWith("calls ")
                && !reason.startsWith("calls pg_")
                && !BUILT_IN_CALLS.contains(reason.substring("calls ".length()));
    }

    /** Whether what a statement has called may be newer than the definitions that it was judged by. */
    private boolean mayCallNewer(Classification classification) {
        return callsRoutine(classification)
                && (transaction.changesSchema() || !database.catalog().isComplete());
    }

    /** H2's SET AUTOCOMMIT, which does what setAutoCommit does; null for anything else. */
    private @Nullable Boolean autoCommitSetting(String sql, Classification classification) {
        boolean candidate = classification.kind() == Kind.UNKNOWN && database.dialect() == SqlDialect.H2;
        return candidate ? SessionSql.autoCommit(sql) : null;
    }

    /**
     * Whether a text begins or ends transactions on its node by itself.
     *
     * @throws SQLException 0A000 on H2, where what it changed could not be logged with its transaction
     */
    private boolean controlsTransaction(Classification classification) throws SQLException {
        boolean controls = classification.argument() != null
                && (classification.kind() == Kind.MULTIPLE || classification.kind() == Kind.UNKNOWN);
        if (controls && database.dialect() == SqlDialect.H2) {
            throw Refusal.unsupported(
                    "A text of several statements, or one that prepares a transaction, may not begin or"
                            + " end one on H2; send BEGIN, COMMIT and ROLLBACK as statements of their own");
        }
        return controls;
    }

    private void schemaMayHaveChanged(Delegate delegate, boolean unlikely) throws SQLException {
        CatalogWatch catalog = database.catalog();
        catalog.changed(database.capture().committedLsn(delegate.connection()), unlikely);
        if (transaction.isOpen() && !unlikely) {
            transaction.afterCommit(() -> catalog.changed(-1, false));
        }
    }

    private static boolean mayChangeSchema(Classification classification) {
        return switch (classification.kind()) {
            case DDL, MULTIPLE, CALL, UNKNOWN -> true;
            default -> false;
        };
    }

    /** Whether the next borrower of the physical connection could find something of this statement in its session. */
    private static boolean mayLeaveState(Classification classification) {
        return classification.kind() == Kind.MULTIPLE || classification.kind() == Kind.UNKNOWN;
    }

    /** Opens the route's delegate; if that fails the statement is routed once more, since nothing has been sent. */
    private Delegate openFor(Route route, Classification classification, Patience patience) throws SQLException {
        try {
            return ready(route, patience);
        } catch (SQLException e) {
            Failure said = routing.cluster().failure(e);
            SQLException first = notReached(route, e);
            if (transaction.delegate() != null || isNoFaultOfTheNode(said)) {
                throw first;
            }
            Route other = routing.route(classification, session);
            try {
                return ready(other, patience);
            } catch (SQLException again) {
                again.addSuppressed(first);
                throw notReached(other, again);
            }
        }
    }

    private static boolean isNoFaultOfTheNode(Failure said) {
        return said == Failure.DENIED || said == Failure.UNSERVED || said == Failure.STATEMENT;
    }

    /** Executes a batch on the delegate that it was collected on. */
    <R> R runBatch(RoutedStatement statement, BatchPlan plan, Call<R> call) throws SQLException {
        Delegate inUse = transaction.delegate();
        if (inUse != null && inUse != plan.delegate()) {
            throw Refusal.inTransaction("The node of a batch");
        }
        Delegate delegate = ready(plan.delegate());
        if (transaction.isOpen()) {
            transaction.notes(plan.inserts());
        }
        delegate.tally().writeStarted();
        R result;
        try {
            result = call.run(statement, statement.collectedOn(delegate));
        } catch (BatchUpdateException e) {
            // Some of its elements may have been committed.
            if (!transaction.isOpen()) {
                transaction.noteCommit(delegate, plan.inserts());
            }
            throw failedOnNode(delegate, null, e);
        } catch (SQLException e) {
            throw failedOnNode(delegate, null, e);
        }
        executedOnNode(delegate, plan.inserts());
        if (plan.changesSchema()) {
            schemaMayHaveChanged(delegate, false);
        }
        plan.settings().forEach(sql -> remember(sql, delegate));
        if (plan.pins() && delegate.isPrimary()) {
            pins().hold(delegate.node());
        }
        if (plan.pins() || plan.leavesState() || !plan.settings().isEmpty()) {
            delegate.alter();
        }
        return result;
    }

    private void leftState(String sql, Classification classification, Delegate delegate) throws SQLException {
        if (classification.pins() && delegate.isPrimary()) {
            pins().hold(delegate.node(), sql, classification);
        }
        if (classification.pins() || mayLeaveState(classification)) {
            delegate.alter();
        }
        if (pins != null) {
            pins.ran(sql);
        }
        letGo();
    }

    /** Leaves the primary again if what held the session there has ended; call it when a transaction may have ended, too. */
    void letGo() throws SQLException {
        Pins holding = pins;
        Node node = session.pinnedTo();
        if (node != null && holding != null && holding.isAsking() && transaction.delegate() == null) {
            Delegate held = delegates.opened(node);
            if (held != null) {
                transaction.stayOutside(held);
                holding.ask(held);
            }
        }
    }

    /** Why the session is held, made when something first holds it. */
    private Pins pins() {
        Pins known = pins;
        if (known == null) {
            known = new Pins(session, database);
            pins = known;
        }
        return known;
    }

    /** Holds the session on the primary, whose own connection the application works on. */
    void reached(Delegate delegate) throws SQLException {
        transaction.expose(delegate);
        pins().holdReached(delegate.node());
        delegate.alter();
    }

    private void executedOnNode(Delegate delegate, Tables inserted) throws SQLException {
        if (transaction.isOpen()) {
            transaction.noteImplicitCommit(delegate);
        } else if (delegate.isPrimary()) {
            transaction.noteCommit(delegate, inserted);
        }
    }

    private SQLException failedOnNode(Delegate delegate, @Nullable Classification classification, SQLException failure)
            throws SQLException {
        boolean open = transaction.isOpen();
        if (!open) {
            transaction.notes(Tables.ANY); // it may have done part of what it was to do
        }
        Failure said = noteFailure(delegate.node(), delegate, failure);
        if (said != Failure.CONNECTION_LOST || "08007".equals(failure.getSQLState())) {
            transaction.noteImplicitCommit(delegate);
            return failure;
        }
        boolean inDoubt = !open && delegate.isPrimary() && mayHaveCommitted(classification);
        return inDoubt ? Refusal.inDoubt(delegate.node(), failure) : Refusal.lost(delegate.node(), failure);
    }

    /**
     * Whether a statement whose connection was lost under auto-commit may have been committed.
     *
     * @param classification null for a batch
     */
    private boolean mayHaveCommitted(@Nullable Classification classification) {
        if (classification == null || classification.kind() == Kind.WRITE) {
            return !database.capture().tellsDoubt();
        }
        return classification.kind() != Kind.EMPTY && classification.kind() != Kind.SESSION;
    }

    /** The delegate on which a batch is collected: the primary's, whatever its statements are. */
    Delegate forBatch(RoutedStatement statement) throws SQLException {
        return readyOnPrimary(Reason.WRITING_METHOD, statement);
    }

    /** Opens the transaction on the primary though it has executed nothing yet. */
    void enterOnPrimary() throws SQLException {
        readyOnPrimary(Reason.TRANSACTION_CONTROL, Patience.ENDLESS);
    }

    private Delegate readyOnPrimary(Reason reason, Patience patience) throws SQLException {
        Route route = routing.toPrimary(reason, session);
        try {
            Delegate delegate = ready(route, patience);
            sent(route, delegate);
            return delegate;
        } catch (SQLException e) {
            throw notReached(route, e);
        }
    }

    /** The primary's delegate, outside any transaction that is not there already. */
    Delegate primary() throws SQLException {
        connection.checkOpen();
        Route route = routing.toPrimary(Reason.PINNED, session);
        try {
            Delegate delegate = delegates.at(route, Patience.ENDLESS);
            delegate.catchUp(settings);
            return delegate;
        } catch (SQLException e) {
            throw notReached(route, e);
        }
    }

    /** The primary's delegate; while there is no primary, one that is open. */
    Delegate forFacts() throws SQLException {
        try {
            return primary();
        } catch (SQLException e) {
            for (Delegate open : delegates.all()) {
                return open;
            }
            throw e;
        }
    }

    void refuseIfReadOnly(Classification classification) throws SQLException {
        if (transaction.isReadOnly()) {
            boolean writes = switch (classification.kind()) {
                case WRITE, DDL, MULTIPLE -> true;
                case UNKNOWN -> database.dialect() == SqlDialect.H2;
                default -> false;
            };
            if (writes) {
                throw Refusal.writeWhileReadOnly(classification);
            }
        }
    }

    // ---------------------------------------------------------------- transactions and session state sent as SQL

    private <R> R control(RoutedStatement statement, Classification classification, Call<R> call) throws SQLException {
        R answer = call.answer(null);
        statement.answered(null);
        if (classification.kind() == Kind.BEGIN) {
            transaction.begin(SqlBegin.of(classification));
        } else {
            boolean chain = "CHAIN".equals(classification.argument());
            if (classification.kind() == Kind.COMMIT) {
                transaction.commit();
            } else {
                transaction.rollback();
            }
            transaction.ended(chain);
            letGo();
        }
        return answer;
    }

    private <R> R setSession(RoutedStatement statement, String sql, Classification classification, Call<R> call)
            throws SQLException {
        Delegate delegate = anyDelegate(classification, statement);
        if (statement.hasParameters() && !delegate.isPrimary()) {
            throw Refusal.unsupported("A SET with a parameter cannot run in a read-only transaction on replica "
                    + delegate.node().name() + "; write the value into the statement");
        }
        R result;
        try {
            result = call.run(statement, statement.on(delegate));
        } catch (SQLException e) {
            throw failedOnNode(delegate, classification, e);
        }
        delegate.alter();
        if (statement.hasParameters()) {
            // Its text alone cannot be repeated on other nodes.
            pins().hold(delegate.node());
        } else {
            remember(SessionSql.of(sql), delegate);
        }
        if (pins != null) {
            pins.ran(sql);
        }
        letGo();
        return result;
    }

    private void remember(SessionSql sql, Delegate delegate) {
        if (transaction.isOpen()) {
            transaction.addPending(sql);
        } else {
            if (sql.clearsOthers()) {
                settings.forgetSql();
            }
            settings.recordLasting(sql.key(), sql);
            delegate.markApplied(settings.newest());
        }
    }

    /** A delegate to try session state on: the transaction's, an open one, or the primary's. */
    private Delegate anyDelegate(Classification classification, Patience patience) throws SQLException {
        Delegate inUse = transaction.delegate();
        if (inUse != null) {
            return ready(inUse);
        }
        return openFor(routing.route(classification, session), classification, patience);
    }
}
