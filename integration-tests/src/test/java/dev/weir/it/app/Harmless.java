package dev.weir.it.app;

import java.util.regex.Pattern;

/**
 * A crude judge of statements that were sent to a replica, which shares nothing with Weir's own: it knows reads and session settings by their first word
 * and looks for words that write, lock or consume anywhere outside literals and comments. Stateless.
 */
final class Harmless {
    private static final Pattern COMMENT = Pattern.compile("--[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern LITERAL = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern FIRST = Pattern.compile(
            "(?i)[\\s(;]*(SELECT|VALUES|TABLE|WITH|SHOW|SET|RESET|BEGIN|START|COMMIT|ROLLBACK|END|CALL\\s+(?:READONLY|SCHEMA|DATABASE|LOCK_MODE)\\(\\))(?!\\w).*",
            Pattern.DOTALL);
    private static final Pattern EFFECT =
            Pattern.compile("(?i)\\b(INSERT|UPDATE|DELETE|MERGE|INTO|CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|LOCK|COPY"
                    + "|NEXTVAL|NEXT\\s+VALUE|SETVAL|CURRVAL|LASTVAL|SET_CONFIG|PG_NOTIFY|NOTIFY|LISTEN"
                    + "|FOR\\s+(NO\\s+KEY|KEY|SHARE)|LO_\\w+|PG_(TRY_)?ADVISORY\\w*|(FINAL|NEW|OLD)\\s+TABLE)\\b");

    private Harmless() {}

    static boolean isHarmless(String sql) {
        String bare = COMMENT.matcher(LITERAL.matcher(sql).replaceAll("''")).replaceAll(" ");
        return bare.isBlank()
                || (FIRST.matcher(bare).matches() && !EFFECT.matcher(bare).find());
    }
}
