package dev.weir.capture;

import dev.weir.log.SessionContext;
import dev.weir.sql.TableName.Identifier;
import dev.weir.sql.WriteShape.Delta;
import dev.weir.sql.WriteShape.Side;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A query over FINAL TABLE or OLD TABLE that gives columns of the changed rows as they are. It is executed as the data modification inside, whose generated keys, or
 * deleted rows, are the same; so it is logged as cheaply as that and, other than on H2 itself, undone as a whole when it fails half way. Immutable.
 *
 * @param columns exact names
 */
record DeltaQuery(Delta delta, List<String> columns) {
    /**
     * The query if it can be executed so; null if what it changes can only be found by comparing.
     *
     * @param alone the plan of the data modification inside
     */
    static @Nullable DeltaQuery of(Delta delta, WritePlan alone, Catalog catalog) {
        TableDefinition table = table(delta.side(), alone);
        List<Identifier> written = delta.columns();
        if (table == null || written == null) {
            return null;
        }
        List<String> columns = new ArrayList<>();
        for (ColumnDefinition column : table.columns()) {
            if (written.isEmpty() && column.visible()) {
                columns.add(column.name());
            }
        }
        for (Identifier name : written) {
            table.columns().stream()
                    .map(ColumnDefinition::name)
                    .filter(column -> catalog.sameName(column, name))
                    .forEach(columns::add);
        }
        boolean found = written.isEmpty() || columns.size() == written.size();
        return found && new HashSet<>(columns).size() == columns.size() ? new DeltaQuery(delta, columns) : null;
    }

    /** The table whose changed rows the plan can give; null if it cannot give them all. */
    private static @Nullable TableDefinition table(Side side, WritePlan plan) {
        if (plan instanceof WritePlan.Point point) {
            return table(side, point.otherwise());
        }
        return switch (side) {
            case FINAL -> finalTable(plan);
            case OLD -> plan instanceof WritePlan.Deleted deleted ? deleted.table() : null;
            case NEW -> null;
        };
    }

    private static @Nullable TableDefinition finalTable(WritePlan plan) {
        if (plan instanceof WritePlan.Images images && !images.guarded()) {
            return images.table();
        }
        return plan instanceof WritePlan.LockFirst lockFirst ? lockFirst.table() : null;
    }

    /** The data modification inside, asked for the columns. */
    WriteRequest request(WriteRequest whole) {
        return new WriteRequest(delta.statement(), whole.parameters(), new KeyRequest.Names(columns));
    }

    WriteOutcome execute(
            WriteExecutor executor,
            WritePlan plan,
            WriteRequest inner,
            SessionContext context,
            PreparedStatements statements)
            throws SQLException {
        WritePlan own = plan instanceof WritePlan.Point point && delta.side() == Side.OLD ? point.otherwise() : plan;
        return own instanceof WritePlan.Deleted deleted
                ? executor.executeDeleted(deleted, inner, columns, context, statements)
                : executor.execute(own, inner, context, statements);
    }

    /** The rows that the application has asked for. */
    ResultSet rows(WriteOutcome outcome) throws SQLException {
        PreparedStatement statement = Objects.requireNonNull(outcome.statement());
        ResultSet rows = delta.side() == Side.OLD ? statement.getResultSet() : statement.getGeneratedKeys();
        return outcome.keyColumns() == WriteOutcome.ALL
                ? rows
                : new LeadingColumns(rows, statement, outcome.keyColumns());
    }
}
