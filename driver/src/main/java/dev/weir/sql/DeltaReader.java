package dev.weir.sql;

import dev.weir.sql.TableName.Identifier;
import dev.weir.sql.WriteShape.Delta;
import dev.weir.sql.WriteShape.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query that has one of H2's data change delta tables, {@code SELECT ... FROM FINAL TABLE (INSERT ...)}, from its tokens. Whatever it does not know makes
 * it give up, so that a shape is never wrong. Confined to one thread.
 */
final class DeltaReader {
    /** Unquoted, they are values in H2 though a column may have such a name. */
    private static final Set<String> VALUES = Set.of(
            "USER",
            "CURRENT_USER",
            "SESSION_USER",
            "SYSTEM_USER",
            "CURRENT_ROLE",
            "CURRENT_SCHEMA",
            "CURRENT_CATALOG",
            "CURRENT_PATH",
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "SYSDATE",
            "SYSTIMESTAMP",
            "TODAY",
            "TRUE",
            "FALSE",
            "UNKNOWN",
            "NULL",
            "DEFAULT",
            "VALUE",
            "ROWNUM",
            "_ROWID_");

    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean indexedParameters;

    DeltaReader(Tokens tokens, int from, int to, boolean indexedParameters) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.indexedParameters = indexedParameters;
    }

    /** The structure of the one data modification in the query; null if there are more, or it is not understood. */
    @Nullable WriteShape read() {
        int delta = -1;
        for (int i = from; i < to; i++) {
            if (side(i) != null && tokens.is(i + 1, Word.TABLE)) {
                if (delta >= 0) {
                    return null;
                }
                delta = i;
            }
        }
        Side side = delta < 0 ? null : side(delta);
        int open = delta + 2;
        int close = side != null && tokens.isSymbol(open, '(') ? tokens.partner(open) : -1;
        if (side == null || close < open + 2 || close >= to || changes(from, delta) || changes(close + 1, to)) {
            return null;
        }
        WriteShape write = new WriteReader(tokens, open + 1, close, indexedParameters).read();
        return write == null
                ? null
                : write.inside(new Delta(side, tokens.text(open + 1, close - 1), columns(delta, close + 1)));
    }

    private @Nullable Side side(int i) {
        Word word = tokens.isSymbol(i - 1, '.') ? null : tokens.word(i);
        if (word == null) {
            return null;
        }
        return switch (word) {
            case FINAL -> Side.FINAL;
            case NEW -> Side.NEW;
            case OLD -> Side.OLD;
            default -> null;
        };
    }

    private boolean changes(int first, int end) {
        for (int i = first; i < end; i++) {
            Word word = tokens.word(i);
            if (word == Word.INSERT || word == Word.UPDATE || word == Word.DELETE || word == Word.MERGE) {
                return true;
            }
        }
        return false;
    }

    /** The columns if the query gives nothing but columns of the delta table, and all rows; else null. */
    private @Nullable List<Identifier> columns(int delta, int afterTable) {
        if (!tokens.is(from, Word.SELECT) || !tokens.is(delta - 1, Word.FROM) || !endsWithAlias(afterTable)) {
            return null;
        }
        if (delta - from == 3 && tokens.isSymbol(from + 1, '*')) {
            return List.of();
        }
        List<Identifier> columns = new ArrayList<>();
        int i = from + 1;
        while (i < delta - 1) {
            int end = TableNames.end(tokens, i, delta - 1);
            boolean listed = end == delta - 1 || (tokens.isSymbol(end, ',') && end < delta - 2);
            if (end == i || end - i > 3 || !listed || !isColumn(end - 1)) {
                return null;
            }
            columns.add(tokens.identifier(end - 1));
            i = end + 1;
        }
        return columns.isEmpty() ? null : columns;
    }

    private boolean isColumn(int i) {
        Identifier name = tokens.identifier(i);
        return name.quoted() || !VALUES.contains(name.text().toUpperCase(Locale.ENGLISH));
    }

    private boolean endsWithAlias(int i) {
        int alias = tokens.is(i, Word.AS) && i < to ? i + 1 : i;
        return alias == to || (alias + 1 == to && tokens.isName(alias) && isNoClause(alias));
    }

    /** One word alone cannot be a clause in H2's grammar; the words that go on are named for good measure. */
    private boolean isNoClause(int i) {
        Word word = tokens.word(i);
        return word == null
                || switch (word) {
                    case WHERE, ORDER, LIMIT, FETCH, OFFSET, FOR, WITH -> false;
                    default -> true;
                };
    }
}
