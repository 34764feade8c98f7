package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import net.sf.jsqlparser.expression.ExpressionVisitor;
import net.sf.jsqlparser.statement.StatementVisitor;
import net.sf.jsqlparser.statement.piped.PipeOperatorVisitor;
import net.sf.jsqlparser.statement.select.FromItemVisitor;
import net.sf.jsqlparser.statement.select.GroupByVisitor;
import net.sf.jsqlparser.statement.select.OrderByVisitor;
import net.sf.jsqlparser.statement.select.PivotVisitor;
import net.sf.jsqlparser.statement.select.SelectItemVisitor;
import net.sf.jsqlparser.statement.select.SelectVisitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeProofTest {
    /** What the parser knows and Weir does not take for a part of a plain read. */
    private static final Set<String> REFUSED = Set.of(
            "AggregatePipeOperator",
            "AsPipeOperator",
            "CallPipeOperator",
            "ConnectByPriorOperator",
            "ConnectByRootOperator",
            "CosineSimilarity",
            "DropPipeOperator",
            "ExcludesExpression",
            "ExtendPipeOperator",
            "FromQuery",
            "FullTextSearch",
            "GeometryDistance",
            "HighExpression",
            "Import",
            "IncludesExpression",
            "Intersects",
            "Inverse",
            "JoinPipeOperator",
            "KeepExpression",
            "KeyExpression",
            "LambdaExpression",
            "LimitPipeOperator",
            "LowExpression",
            "MemberOfExpression",
            "MySQLGroupConcat",
            "NextValExpression",
            "NumericBind",
            "OracleHierarchicalExpression",
            "OracleHint",
            "OracleNamedFunctionParameter",
            "OrderByPipeOperator",
            "Pivot",
            "PivotPipeOperator",
            "PivotXml",
            "Plus",
            "PriorTo",
            "RangeExpression",
            "RenamePipeOperator",
            "RowGetExpression",
            "Select",
            "SelectPipeOperator",
            "SetOperationPipeOperator",
            "SetPipeOperator",
            "StructType",
            "TSQLLeftJoin",
            "TSQLRightJoin",
            "TableSamplePipeOperator",
            "TernaryExpression",
            "UnPivot",
            "UnPivotPipeOperator",
            "UserVariable",
            "VariableAssignment",
            "WherePipeOperator",
            "WindowPipeOperator");

    @Test
    void shouldHaveAVerdictOnEveryNodeThatTheParserKnows() {
        Set<String> undecided = new TreeSet<>();
        for (Class<?> visitor : Set.of(
                ExpressionVisitor.class,
                FromItemVisitor.class,
                SelectVisitor.class,
                SelectItemVisitor.class,
                GroupByVisitor.class,
                OrderByVisitor.class,
                PivotVisitor.class,
                PipeOperatorVisitor.class)) {
            for (Method method : visitor.getMethods()) {
                if (method.getName().equals("visit") && Modifier.isAbstract(method.getModifiers())) {
                    Class<?> node = method.getParameterTypes()[0];
                    if (!TreeNodes.isHarmless(node)) {
                        undecided.add(node.getSimpleName());
                    }
                }
            }
        }

        assertThat(undecided).isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT * FROM t x(a, b)|READ",
                "SELECT * FROM (SELECT 1) x(update)|READ",
                "SELECT u.a update FROM u|READ",
                "SELECT COUNT(delete) FROM t WHERE (update) > 1|READ",
                "SELECT * FROM lower('a') f(x)|READ",
                "SELECT * FROM t update WHERE a IN (SELECT update FROM u ORDER BY delete)|READ",
                "SELECT a update FROM t WHERE b IN (SELECT c FROM d WHERE EXISTS (SELECT 1 FROM e GROUP BY f HAVING SUM(g) > 1))|READ",
                "WITH insert AS (SELECT 1) SELECT * FROM insert|READ",
                "SELECT b update FROM t x(a), (SELECT my_function(1)) y|PRIMARY_READ",
                "SELECT DISTINCT ON (a) my_function(1) FROM t|PRIMARY_READ",
                "SELECT a FROM t WHERE b LIKE c ESCAPE my_function(1)|PRIMARY_READ",
                "SELECT a update FROM t FOR UPDATE|PRIMARY_READ",
                "WITH x AS (SELECT 1) DELETE t|WRITE",
                "WITH x AS (SELECT 1) SELECT update update FROM (delete)|READ",
                "SELECT a b update FROM t|UNKNOWN",
            })
    void shouldSettleWhatTheTokensLeaveInDoubt(String sql, Kind kind) {
        for (SqlDialect dialect : SqlDialect.values()) {
            assertThat(new Classifier(dialect, Set.of()).classify(sql).kind())
                    .as(dialect.name())
                    .isEqualTo(kind);
        }
    }

    @Test
    void shouldTakeEveryStatementOfTheParserThatModifiesDataForAChange() {
        Set<String> changes = new TreeSet<>();
        for (Method method : StatementVisitor.class.getMethods()) {
            Class<?> node = method.getParameterTypes()[0];
            String name = node.getSimpleName();
            if (name.matches(".*(Insert|Update|Delete|Merge|Upsert)$") && !TreeNodes.isChange(node)) {
                changes.add(name);
            }
        }

        assertThat(changes).isEmpty();
    }
}
