package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.WriteShape;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plans of one connection's writes, remembered by text as long as schema and settings stay. Confined to one connection. */
final class WritePlans {
    /** How many texts a connection remembers the plans of. */
    private static final int MAX_PLANS = 256;

    /** H2: a table or a column is not found; nothing was executed. */
    private static final int TABLE_NOT_FOUND = 42102;

    private static final int COLUMN_NOT_FOUND = 42122;

    private final Connection physical;
    private final PrimaryStore store;
    private final CapturedTransaction transaction;
    private final CapturedSettings settings;
    private final Map<String, Planned> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Planned> eldest) {
            return size() > MAX_PLANS;
        }
    };

    WritePlans(Connection physical, PrimaryStore store, CapturedTransaction transaction, CapturedSettings settings) {
        this.physical = physical;
        this.store = store;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** A plan and what it was made under. */
    private record Planned(Catalog catalog, String schema, WritePlan plan) {}

    /** A write that follows a plan. */
    interface PlannedWrite {
        WriteOutcome execute(WritePlan plan) throws SQLException;
    }

    /** How a statement is written and logged, and what it relies on noted. */
    WritePlan plan(String sql, Classification classification) throws SQLException {
        Catalog catalog = transaction.catalog(physical);
        Planned known = plans.get(sql);
        if (known == null || known.catalog() != catalog || !known.schema().equals(settings.schema())) {
            WritePlan fresh = formatted(planAnew(sql, classification), classification);
            boolean lasting = !(fresh instanceof WritePlan.Local) && !(fresh instanceof WritePlan.Refused);
            if (lasting && store.catalog(physical) == transaction.catalog(physical)) {
                plans.put(sql, new Planned(transaction.catalog(physical), settings.schema(), fresh));
            }
            return settings.isForeign() && fresh instanceof WritePlan.Point point ? point.otherwise() : fresh;
        }
        use(known.plan());
        return settings.isForeign() && known.plan() instanceof WritePlan.Point point ? point.otherwise() : known.plan();
    }

    /** Repeats the execution once with a newer schema if H2 does not know a column that the plan mentions. */
    WriteOutcome replanning(WritePlan plan, WriteRequest request, Classification classification, PlannedWrite write)
            throws SQLException {
        try {
            return write.execute(plan);
        } catch (SQLException e) {
            boolean outdated = e.getErrorCode() == COLUMN_NOT_FOUND || e.getErrorCode() == TABLE_NOT_FOUND;
            Catalog before = store.catalog(physical);
            if (!outdated || !request.isRepeatable() || store.refresh(physical) == before) {
                throw e;
            }
            return write.execute(plan(request.sql(), classification));
        }
    }

    private WritePlan planAnew(String sql, Classification classification) throws SQLException {
        WriteShape write = classification.write();
        if (write == null) {
            return new Planner(store, transaction.catalog(physical), physical).planUnknown(classification.reason());
        }
        Catalog catalog = transaction.catalog(physical);
        TableDefinition table = catalog.table(physical, write.table(), settings.schema());
        if (table == null) {
            store.refresh(physical);
            catalog = transaction.catalog(physical);
            table = catalog.table(physical, write.table(), settings.schema());
        }
        if (table == null) {
            physical.prepareStatement(sql).close(); // throws if it does not exist
            if (catalog.settings().traces()) {
                return new WritePlan.Traced();
            }
            return new WritePlan.Refused(
                    "its table is not in schema " + settings.schema() + "; qualify the table with its schema");
        }
        WritePlan plan = new Planner(store, catalog, physical).plan(sql, write, table);
        transaction.use(table);
        if (plan instanceof WritePlan.Compare compare) {
            compare.tables().forEach(transaction::use);
        }
        return plan;
    }

    /** The plan in the form that the application asks for. */
    private WritePlan formatted(WritePlan plan, Classification classification) {
        return switch (store.format()) {
            case MIXED -> plan;
            case ROW -> plan instanceof WritePlan.Point point ? point.otherwise() : plan;
            case STATEMENT -> asStatement(plan, classification.reason());
        };
    }

    /** A plan that logs nothing but the statement. */
    static WritePlan asStatement(WritePlan plan, String why) {
        if (plan instanceof WritePlan.Local || plan instanceof WritePlan.Refused) {
            return plan;
        }
        WritePlan refused = new WritePlan.Refused(
                "it is not safe to repeat it as a statement (" + why
                        + "), and weir.log.format=statement logs no rows; write rows by their primary key with plain values, or set weir.log.format=mixed");
        return plan instanceof WritePlan.Point point ? new WritePlan.Point(point.table(), refused) : refused;
    }

    /** Notes the definitions that a plan relies on. */
    private void use(WritePlan plan) {
        if (plan instanceof WritePlan.Point point) {
            transaction.use(point.table());
        } else if (plan instanceof WritePlan.Images images) {
            transaction.use(images.table());
        } else if (plan instanceof WritePlan.Deleted deleted) {
            transaction.use(deleted.table());
        } else if (plan instanceof WritePlan.LockFirst lockFirst) {
            transaction.use(lockFirst.table());
        } else if (plan instanceof WritePlan.Compare compare) {
            compare.tables().forEach(transaction::use);
        }
    }
}
