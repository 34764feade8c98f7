package dev.weir.sql;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A word without quotes that the classifier gives a meaning to; every other word is just a name. Immutable. */
enum Word {
    ABORT,
    ADD,
    ALIAS,
    ALL(true),
    ALTER,
    ANALYSE,
    ANALYZE,
    AND(true),
    ANY(true),
    ARRAY(true),
    AS(true),
    ASENSITIVE,
    ATOMIC,
    AUTHORIZATION,
    AUTOCOMMIT,
    BACKUP,
    BEGIN,
    BETWEEN(true),
    BINARY,
    BY,
    CACHED,
    CALL,
    CASCADE,
    CASE(true),
    CATALOG,
    CHAIN,
    CHARACTERISTICS,
    CHECK,
    CHECKPOINT,
    CLOSE,
    CLUSTER,
    COLLATION,
    COLUMN,
    COMMENT,
    COMMIT,
    COMMITTED,
    CONCURRENTLY,
    CONFLICT,
    CONSTRAINT,
    CONSTRAINTS,
    COPY,
    CREATE,
    CROSS,
    CUBE,
    CURRENT,
    CURRENT_CATALOG,
    CURRENT_DATE,
    CURRENT_PATH,
    CURRENT_ROLE,
    CURRENT_SCHEMA,
    CURRENT_TIME,
    CURRENT_TIMESTAMP,
    CURRENT_USER,
    CURRVAL,
    CURSOR,
    DATA,
    DEALLOCATE,
    DECLARE,
    DEFAULT,
    DELETE,
    DIRECT,
    DISCARD,
    DISTINCT(true),
    DO,
    DOMAIN,
    DROP,
    DUPLICATE,
    ELSE(true),
    END,
    EXCEPT(true),
    EXEC,
    EXECUTE,
    EXISTS(true),
    EXPLAIN,
    FALSE,
    FETCH(true),
    FILTER,
    FINAL,
    FIRST,
    FOR,
    FOREIGN,
    FROM(true),
    FULL,
    FUNCTION,
    GLOBAL,
    GRANT,
    GROUP(true),
    GROUPING,
    HAVING(true),
    HELP,
    HOLD,
    IF,
    IGNORE,
    ILIKE(true),
    IMMEDIATE,
    IMPORT,
    IN(true),
    INDEX,
    INNER,
    INSENSITIVE,
    INSERT,
    INTERSECT(true),
    INTO,
    IS,
    ISOLATION,
    JOIN,
    KEY,
    LATERAL(true),
    LEFT,
    LEVEL,
    LIKE(true),
    LIMIT(true),
    LINKED,
    LISTEN,
    LOAD,
    LOCAL,
    LOCALTIME,
    LOCALTIMESTAMP,
    LOCK,
    MATERIALIZED,
    MEMORY,
    MERGE,
    MOVE,
    NAMES,
    NATURAL,
    NEW,
    NEXT,
    NEXTVAL,
    NO,
    NOT(true),
    NOTIFY,
    NULL,
    NULLS,
    OFFSET(true),
    OLD,
    ON(true),
    ONLY,
    OR(true),
    ORDER,
    ORDINALITY,
    OUTER,
    OVER,
    OVERLAY,
    OVERRIDING,
    OWNED,
    PARTITION,
    PLAN,
    PREPARE,
    PREPARED,
    PREVIOUS,
    PROCEDURE,
    READ,
    REASSIGN,
    RECURSIVE,
    REFERENCES,
    REFRESH,
    REINDEX,
    RELEASE,
    RENAME,
    REPLACE,
    RESET,
    RESTART,
    RETURNING,
    REVOKE,
    RIGHT,
    ROLE,
    ROLLBACK,
    ROLLUP,
    REPLICATION,
    ROUTE,
    ROW(true),
    ROWID("_ROWID_"),
    ROWNUM,
    RUNSCRIPT,
    SAVEPOINT,
    SCHEMA,
    SCRIPT,
    SCROLL,
    SECURITY,
    SELECT(true),
    SEQUENCE,
    SERIALIZABLE,
    SESSION,
    SESSION_USER,
    SET,
    SETS,
    SHARE,
    SHOW,
    SHUTDOWN,
    SOME(true),
    START,
    STDOUT,
    SUBSTRING,
    SYMMETRIC,
    SYSDATE,
    SYSTEM_USER,
    SYSTIMESTAMP,
    TABLE,
    TEMP,
    TEMPORARY,
    THEN(true),
    TIME,
    TO,
    TODAY,
    TOP,
    TRANSACTION,
    TRANSACTIONAL,
    TRIGGER,
    TRUE,
    TRUNCATE,
    UNION(true),
    UNIQUE,
    UNLISTEN,
    UNLOGGED,
    UPDATE,
    UPSERT,
    USE,
    USER,
    USING(true),
    VACUUM,
    VALUE,
    VALUES(true),
    VERBOSE,
    VIEW,
    WHEN(true),
    WHERE(true),
    WITH,
    WORK,
    WRITE,
    ZONE;

    private static final int LONGEST = 32;
    private static final int SLOTS = 1024;
    private static final @Nullable Word[] TABLE_BY_HASH = table();

    private final String text;
    private final boolean opens;

    Word() {
        this(false);
    }

    Word(boolean opens) {
        this.text = name();
        this.opens = opens;
    }

    Word(String text) {
        this.text = text;
        this.opens = false;
    }

    /** Whether it may stand before a parenthesis without being a function's name: a reserved word of both grammars. */
    boolean opens() {
        return opens;
    }

    /** The word that the text has between two positions, in any letter case; null if it is none. */
    static @Nullable Word find(String sql, int start, int end) {
        if (end - start > LONGEST) {
            return null;
        }
        int hash = 0;
        for (int i = start; i < end; i++) {
            char c = sql.charAt(i);
            if (c >= 128) {
                return findFolded(sql.substring(start, end));
            }
            hash = hash * 31 + upper(c);
        }
        for (int slot = spread(hash); ; slot = (slot + 1) & (SLOTS - 1)) {
            Word word = TABLE_BY_HASH[slot];
            if (word == null || word.matches(sql, start, end)) {
                return word;
            }
        }
    }

    /** A letter outside ASCII may fold to one inside it, which H2 would take for the keyword. */
    private static @Nullable Word findFolded(String text) {
        String folded = text.toUpperCase(Locale.ENGLISH);
        for (int i = 0; i < folded.length(); i++) {
            if (folded.charAt(i) >= 128) {
                return null;
            }
        }
        return find(folded, 0, folded.length());
    }

    private boolean matches(String sql, int start, int end) {
        if (text.length() != end - start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (upper(sql.charAt(i)) != text.charAt(i - start)) {
                return false;
            }
        }
        return true;
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }

    private static int spread(int hash) {
        return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1);
    }

    private static @Nullable Word[] table() {
        @Nullable Word[] table = new @Nullable Word[SLOTS];
        for (Word word : values()) {
            int slot = spread(word.text.hashCode());
            while (table[slot] != null) {
                slot = (slot + 1) & (SLOTS - 1);
            }
            table[slot] = word;
        }
        return table;
    }
}
