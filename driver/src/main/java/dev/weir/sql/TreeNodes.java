package dev.weir.sql;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import net.sf.jsqlparser.expression.*;
import net.sf.jsqlparser.expression.operators.arithmetic.*;
import net.sf.jsqlparser.expression.operators.conditional.*;
import net.sf.jsqlparser.expression.operators.relational.*;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.create.table.ColDataType;
import net.sf.jsqlparser.statement.delete.Delete;
import net.sf.jsqlparser.statement.delete.ParenthesedDelete;
import net.sf.jsqlparser.statement.insert.Insert;
import net.sf.jsqlparser.statement.insert.ParenthesedInsert;
import net.sf.jsqlparser.statement.merge.Merge;
import net.sf.jsqlparser.statement.select.*;
import net.sf.jsqlparser.statement.update.ParenthesedUpdate;
import net.sf.jsqlparser.statement.update.Update;
import net.sf.jsqlparser.statement.upsert.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * What Weir knows of the parser's tree: which kinds of node are harmless in a query, and how to reach the children of any node. It
 * goes by the nodes' fields rather than by visitors, so that no child is missed because a visitor does not descend to it.
 */
final class TreeNodes {
    private static final String PARSER = "net.sf.jsqlparser.";
    private static final String PARSER_INTERNALS = "net.sf.jsqlparser.parser.";

    private static final Set<Class<?>> CHANGES = Set.of(
            Delete.class,
            ParenthesedDelete.class,
            Insert.class,
            ParenthesedInsert.class,
            Merge.class,
            Update.class,
            ParenthesedUpdate.class,
            Upsert.class);

    private static final Set<Class<?>> HARMLESS = Set.of(
            // Clauses of a query.
            PlainSelect.class,
            ParenthesedSelect.class,
            SetOperationList.class,
            UnionOp.class,
            ExceptOp.class,
            MinusOp.class,
            IntersectOp.class,
            Values.class,
            TableStatement.class,
            WithItem.class,
            LateralSubSelect.class,
            ParenthesedFromItem.class,
            TableFunction.class,
            Join.class,
            SelectItem.class,
            AllColumns.class,
            AllTableColumns.class,
            FunctionAllColumns.class,
            Distinct.class,
            GroupByElement.class,
            OrderByElement.class,
            Limit.class,
            Offset.class,
            Fetch.class,
            Top.class,
            Table.class,
            Alias.class,
            Alias.AliasColumn.class,
            // Expressions.
            Column.class,
            ColDataType.class,
            Function.class,
            AnalyticExpression.class,
            FilterOverImpl.class,
            OrderByClause.class,
            PartitionByClause.class,
            WindowDefinition.class,
            WindowElement.class,
            WindowOffset.class,
            WindowRange.class,
            ExpressionList.class,
            ParenthesedExpressionList.class,
            NamedExpressionList.class,
            RowConstructor.class,
            ArrayConstructor.class,
            ArrayExpression.class,
            CaseExpression.class,
            WhenClause.class,
            CastExpression.class,
            CollateExpression.class,
            DateTimeLiteralExpression.class,
            DateUnitExpression.class,
            ExtractExpression.class,
            IntervalExpression.class,
            IntervalQualifier.class,
            AnyComparisonExpression.class,
            NotExpression.class,
            SignedExpression.class,
            TimeKeyExpression.class,
            TimezoneExpression.class,
            TrimFunction.class,
            JsonExpression.class,
            JsonFunction.class,
            JsonAggregateFunction.class,
            TranscodingFunction.class,
            XMLSerializeExpr.class,
            PostgresNamedFunctionParameter.class,
            JdbcNamedParameter.class,
            AllValue.class,
            JdbcParameter.class,
            NullValue.class,
            BooleanValue.class,
            LongValue.class,
            DoubleValue.class,
            HexValue.class,
            StringValue.class,
            DateValue.class,
            TimeValue.class,
            TimestampValue.class,
            // Operators.
            Addition.class,
            Subtraction.class,
            Multiplication.class,
            Division.class,
            Modulo.class,
            IntegerDivision.class,
            Concat.class,
            BitwiseAnd.class,
            BitwiseOr.class,
            BitwiseXor.class,
            BitwiseLeftShift.class,
            BitwiseRightShift.class,
            AndExpression.class,
            OrExpression.class,
            XorExpression.class,
            Between.class,
            EqualsTo.class,
            NotEqualsTo.class,
            GreaterThan.class,
            GreaterThanEquals.class,
            MinorThan.class,
            MinorThanEquals.class,
            InExpression.class,
            ExistsExpression.class,
            IsNullExpression.class,
            IsBooleanExpression.class,
            IsUnknownExpression.class,
            IsDistinctExpression.class,
            LikeExpression.class,
            SimilarToExpression.class,
            RegExpMatchOperator.class,
            OverlapsCondition.class,
            JsonOperator.class,
            DoubleAnd.class,
            Matches.class,
            Contains.class,
            ContainedBy.class);

    private static final ClassValue<List<Field>> CHILDREN = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return children(type);
        }
    };

    private TreeNodes() {}

    /** Whether a node modifies data. */
    static boolean isChange(Object node) {
        return isChange(node.getClass());
    }

    static boolean isChange(Class<?> type) {
        return CHANGES.contains(type);
    }

    /** Whether a node of this kind only reads, whatever it holds. */
    static boolean isHarmless(Object node) {
        return isHarmless(node.getClass());
    }

    static boolean isHarmless(Class<?> type) {
        return HARMLESS.contains(type);
    }

    /** Whether an object is part of the parser's tree, rather than a collection in it. */
    static boolean isNode(Object node) {
        return node.getClass().getName().startsWith(PARSER);
    }

    /** Whether an object is a value without children. */
    static boolean isLeaf(Object node) {
        return node instanceof Number
                || node instanceof Boolean
                || node instanceof Character
                || node instanceof Enum
                || node instanceof Date
                || node.getClass().getName().startsWith(PARSER_INTERNALS);
    }

    /** Hands every child of a node on; false if the node cannot be looked into. */
    static boolean forEachChild(Object node, Consumer<@Nullable Object> children) {
        if (node instanceof List<?> list) {
            list.forEach(children);
        }
        List<Field> fields = CHILDREN.get(node.getClass());
        try {
            for (Field field : fields) {
                children.accept(field.get(node));
            }
        } catch (IllegalAccessException e) {
            return false;
        }
        return !fields.isEmpty() || node instanceof List;
    }

    private static List<Field> children(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> declaring = type;
                declaring != null && declaring.getName().startsWith(PARSER);
                declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive() && !open(field)) {
                    return List.of();
                }
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    private static boolean open(Field field) {
        try {
            field.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException | SecurityException e) {
            return false;
        }
    }
}
