package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.TableName;
import dev.weir.sql.WriteShape;
import java.sql.Connection;
import java.sql.SQLException;

/** Tells how statements would be logged, by the rules that capture itself follows, and executes none. Confined to one connection. */
final class Verdicts {
    private final PrimaryStore store;
    private final Catalog catalog;
    private final Connection connection;
    private final CapturedSettings settings;

    /** @param settings of the session, as last read */
    Verdicts(PrimaryStore store, Catalog catalog, Connection connection, CapturedSettings settings) {
        this.store = store;
        this.catalog = catalog;
        this.connection = connection;
        this.settings = settings;
    }

    ReplicationVerdict of(String sql) throws SQLException {
        Classification classification = store.classify(sql);
        return switch (classification.kind()) {
            case READ, EMPTY, SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION ->
                ReplicationVerdict.none("it changes nothing");
            case PRIMARY_READ, CALL -> ofCall(sql);
            case WRITE -> ofWrite(sql, classification);
            case DDL -> ofSchemaChange(sql, classification);
            case SESSION, TRANSACTION_SETTING -> ofSetting(sql);
            case MAINTENANCE ->
                SqlText.firstWord(sql).equals("SET")
                                && Setting.obstacle(Setting.of(sql).name()) != null
                        ? ofSetting(sql)
                        : ReplicationVerdict.none("it concerns the primary alone");
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE_SAVEPOINT, ROLLBACK_TO_SAVEPOINT ->
                ReplicationVerdict.none("it controls the transaction, which is logged when it commits");
            case MULTIPLE ->
                ReplicationVerdict.none("each of its statements is logged by itself; ask for them one by one");
            case UNKNOWN -> ofUnknown(sql, classification);
        };
    }

    private ReplicationVerdict ofUnknown(String sql, Classification classification) throws SQLException {
        if (RunScript.of(sql) != null) {
            return ReplicationVerdict.none("each statement of the script is logged by itself");
        }
        String verb = SqlText.firstWord(sql);
        if (verb.equals("SET") && Setting.isUnderstood(sql)) {
            return ofSetting(sql);
        }
        if (verb.equals("DEALLOCATE")
                || (verb.equals("PREPARE") && !SqlText.secondWord(sql).equals("COMMIT"))) {
            return ReplicationVerdict.none("it changes no rows; what it prepares is logged when it is executed");
        }
        String text = ExecutedText.of(sql, store, connection);
        return text == null
                ? ReplicationVerdict.refused("what it changes is not known (" + classification.reason()
                        + "); execute each statement by itself")
                : of(text);
    }

    private ReplicationVerdict ofCall(String sql) {
        CatalogSettings known = catalog.settings();
        if (!SqlText.startsLikeCallOrQuery(sql)
                && !(known.traces() && SqlText.firstWord(sql).equals("EXECUTE"))) {
            return ReplicationVerdict.refused("what it executes is not known; execute the statements themselves");
        }
        if (!known.runsCode()) {
            return ReplicationVerdict.none("it changes no rows");
        }
        return known.traces()
                ? ReplicationVerdict.rows("it may run code of the database, whose changes are logged as rows", null)
                : ReplicationVerdict.none("it may run code of the database, and fails if that changes rows");
    }

    private ReplicationVerdict ofSetting(String sql) throws SQLException {
        Setting setting = Setting.of(sql);
        String obstacle = Setting.obstacle(setting.name());
        return obstacle != null && !setting.isInForce(connection)
                ? ReplicationVerdict.refused(obstacle)
                : ReplicationVerdict.none(
                        "it sets something for the session, which goes with every text that depends on it");
    }

    private ReplicationVerdict ofSchemaChange(String sql, Classification classification) throws SQLException {
        SchemaChange change = SchemaChange.of(sql, classification);
        SQLException refusal = change.refusal();
        if (refusal != null) {
            return ReplicationVerdict.refused(refusal);
        }
        if (change.isSetting()) {
            return ofSetting(sql);
        }
        if (change.isTrigger() && !catalog.settings().traces()) {
            return ReplicationVerdict.refused("what a trigger changes is not known; do it in the application");
        }
        if (change.isLocal() || new LocalTables(connection, catalog).concernedBy(change, settings.schema())) {
            return ReplicationVerdict.none("it concerns the primary alone");
        }
        if (change.computesColumn()) {
            TableName name = change.table();
            ComputedColumn computed = change.computedColumn(
                    name == null ? null : catalog.table(connection, name, settings.schema()), store::isDeterministic);
            String obstacle = computed.obstacle();
            if (obstacle != null) {
                return ReplicationVerdict.refused(obstacle);
            }
            if (computed.steps() != null) {
                return ReplicationVerdict.rows(
                        "the column is added empty, then its default, and then the values of the rows", null);
            }
        }
        return change.isCreateTableAsQuery()
                ? ReplicationVerdict.rows("the table is logged empty, and then the rows that fill it", null)
                : ReplicationVerdict.statement("a schema change, under a position of its own");
    }

    private ReplicationVerdict ofWrite(String sql, Classification classification) throws SQLException {
        WriteShape write = classification.write();
        Planner planner = new Planner(store, catalog, connection);
        if (write == null) {
            return of(planner.planUnknown(classification.reason()), "which table it changes is not known");
        }
        TableDefinition table = catalog.table(connection, write.table(), settings.schema());
        if (table == null) {
            connection.prepareStatement(sql).close(); // throws if it does not exist
            if (catalog.settings().traces()) {
                return of(new WritePlan.Traced(), "its table is found through the search path");
            }
            return ReplicationVerdict.refused(
                    "its table is not in schema " + settings.schema() + "; qualify the table with its schema");
        }
        WritePlan plan = planner.plan(sql, write, table);
        String why = planner.whyRows(write, table);
        if (store.format() == LogFormat.STATEMENT) {
            return of(WritePlans.asStatement(plan, why), why);
        }
        if (store.format() == LogFormat.ROW && plan instanceof WritePlan.Point point) {
            return of(point.otherwise(), "weir.log.format=row logs all changes as rows");
        }
        if (settings.isForeign() && plan instanceof WritePlan.Point point) {
            return of(point.otherwise(), "the session has a setting that a logged text does not carry");
        }
        return of(plan, why);
    }

    private static ReplicationVerdict of(WritePlan plan, String why) {
        if (plan instanceof WritePlan.Local) {
            return ReplicationVerdict.none("its table is temporary or linked, and replicas do not have it");
        } else if (plan instanceof WritePlan.Point) {
            return ReplicationVerdict.statement(
                    "its primary key fixes its rows, and it reads nothing else; a value that the"
                            + " log cannot carry exactly, such as a stream, makes it rows");
        } else if (plan instanceof WritePlan.Refused refused) {
            return ReplicationVerdict.refused(refused.reason());
        } else if (plan instanceof WritePlan.Compare) {
            return ReplicationVerdict.rows(
                    why + "; the table is locked and compared before and after", "write rows by their primary key");
        } else if (plan instanceof WritePlan.Traced) {
            return ReplicationVerdict.rows(why + "; H2's undo log tells every row that has changed", null);
        } else {
            return ReplicationVerdict.rows(why, null);
        }
    }
}
