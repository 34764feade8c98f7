package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.DdlShape;
import dev.weir.sql.TableName;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One schema change and how it must run. Immutable.
 *
 * @param shape its structure
 */
record SchemaChange(String sql, DdlShape shape) {
    private static final DdlShape UNKNOWN = new DdlShape(null, true, false, false, false);

    private static final Pattern LINK = Pattern.compile(
            "CREATE\\s+(?:FORCE\\s+)?(?:GLOBAL\\s+|LOCAL\\s+)?"
                    + "(?:TEMP\\w*\\s+)?LINKED\\b.*|ALTER\\s+TABLE\\s+\\S+\\s+SET\\s+REFERENTIAL_INTEGRITY\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern TRIGGER = Pattern.compile(
            "CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:FORCE\\s+)?TRIGGER\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Builds an index, which may take long, and changes no rows. */
    private static final Pattern BUILDS_INDEX = Pattern.compile(
            "CREATE\\s+(?:UNIQUE\\s+|SPATIAL\\s+)*(?:NULLS\\s+\\w+\\s+)*INDEX\\b.*|ALTER\\s+TABLE\\b.*\\bADD\\s+(?:CONSTRAINT|UNIQUE|FOREIGN|CHECK)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    static SchemaChange of(String sql, Classification classification) {
        DdlShape shape = classification.ddl();
        return new SchemaChange(SqlText.withoutEnd(sql), shape == null ? UNKNOWN : shape);
    }

    /** Why it cannot run; null if it can. */
    @Nullable SQLException refusal() {
        if (SqlText.touchesWeir(sql)) {
            return Refusals.weirSchema();
        }
        String object = SqlText.secondWord(sql);
        if (isSetting() && !Setting.isOfNode(object) && Setting.obstacle(object) == null) {
            return Refusals.notReplicable("what the setting " + object + " decides is not known; put it into the URL");
        }
        if (shape.computesData() && !shape.temporary() && !isCreateTable() && !isAlterTable()) {
            return Refusals.notReplicable(
                    "it fills rows with values that every node would compute for itself; create it empty and fill it with INSERT");
        }
        return null;
    }

    /** Whether it fills a column of a table that there is, perhaps with values that differ from node to node. */
    boolean computesColumn() {
        return shape.computesData() && !shape.temporary() && isAlterTable();
    }

    /** What filling the column means. */
    ComputedColumn computedColumn(@Nullable TableDefinition table, Predicate<String> deterministic) {
        return ComputedColumn.of(body(), table, deterministic);
    }

    private boolean isAlterTable() {
        return SqlText.firstWord(sql).equals("ALTER") && SqlText.secondWord(sql).equals("TABLE");
    }

    /** Whether it makes a trigger, and what one changes not every primary can tell. */
    boolean isTrigger() {
        return TRIGGER.matcher(body()).matches();
    }

    /** Whether it concerns only the primary: temporary and linked tables, settings of the node. */
    boolean isLocal() {
        return shape.temporary() || isSetting() || LINK.matcher(body()).matches();
    }

    /** Whether H2 commits the open transaction before it. */
    boolean commits() {
        return !shape.autonomous() && !sql.toUpperCase(Locale.ENGLISH).contains("TRANSACTIONAL");
    }

    /** Whether all other sessions must be kept out. */
    boolean isExclusive() {
        return shape.exclusive() && !isCreateTableAsQuery();
    }

    /** Whether it creates a table and fills it from a query. */
    boolean isCreateTableAsQuery() {
        return shape.computesData() && !shape.temporary() && isCreateTable();
    }

    boolean buildsIndex() {
        return BUILDS_INDEX.matcher(body()).matches();
    }

    /** Whether rows of this table must not change meanwhile. */
    @Nullable TableName table() {
        return shape.table();
    }

    /** The index that it drops; null if none, or if that is not known. */
    @Nullable TableName droppedIndex() {
        return shape.droppedIndex();
    }

    /** Whether it changes objects that its structure does not name: several tables, or an index. */
    boolean namesOthers() {
        return SqlText.firstWord(sql).equals("DROP") || SqlText.secondWord(sql).equals("INDEX");
    }

    boolean isSetting() {
        return SqlText.firstWord(sql).equals("SET");
    }

    private boolean isCreateTable() {
        return SqlText.firstWord(sql).equals("CREATE") && CreateTableAsQuery.of(sql) != null;
    }

    /** The text from its first word on. */
    private String body() {
        return SqlText.fromFirstWord(SqlText.withoutComments(sql));
    }
}
