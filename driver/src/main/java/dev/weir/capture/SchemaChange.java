package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.DdlShape;
import dev.weir.sql.TableName;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One schema change and how it must run. Immutable.
 *
 * @param shape its structure
 */
record SchemaChange(String sql, DdlShape shape) {
    private static final DdlShape UNKNOWN = new DdlShape(null, true, false, false, false);

    private static final Pattern RIGHTS_OR_LINK = Pattern.compile(
            "(?:GRANT|REVOKE)\\b.*|(?:CREATE|ALTER|DROP)\\s+(?:USER|ROLE)\\b.*|CREATE\\s+(?:FORCE\\s+)?(?:GLOBAL\\s+|LOCAL\\s+)?"
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
        if (isSetting() && !Setting.isOfNode(object)) {
            return Setting.refusal(object);
        }
        if (shape.computesData() && !isCreateTable()) {
            return Refusals.notReplicable(
                    "it fills rows with values that every node would compute for itself; add the column"
                            + " without them and set them with UPDATE");
        }
        return null;
    }

    /** Whether it makes a trigger, and what one changes not every primary can tell. */
    boolean isTrigger() {
        return TRIGGER.matcher(body()).matches();
    }

    /** Whether it concerns only the primary: temporary and linked tables, users and rights. */
    boolean isLocal() {
        return shape.temporary()
                || isSetting()
                || RIGHTS_OR_LINK.matcher(body()).matches();
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
        return shape.computesData() && isCreateTable();
    }

    boolean buildsIndex() {
        return BUILDS_INDEX.matcher(body()).matches();
    }

    /** Whether rows of this table must not change meanwhile. */
    @Nullable TableName table() {
        return shape.table();
    }

    /** Whether it changes objects that its structure does not name: several tables, or an index. */
    boolean namesOthers() {
        return SqlText.firstWord(sql).equals("DROP") || SqlText.secondWord(sql).equals("INDEX");
    }

    private boolean isSetting() {
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
