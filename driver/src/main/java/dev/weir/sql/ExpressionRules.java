package dev.weir.sql;

import dev.weir.sql.TableName.Identifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells of the expressions in a data modification of H2 what decides whether its text may be replayed. Confined to one thread. */
final class ExpressionRules {
    private static final PureFunctions FUNCTIONS = PureFunctions.of(SqlDialect.H2);

    private final Tokens tokens;

    ExpressionRules(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Whether the tokens read the target row, parameters, literals and deterministic functions only. */
    boolean areRowLocal(int from, int to) {
        for (int i = from; i < to; i++) {
            byte type = tokens.type(i);
            boolean local = switch (type) {
                case Lexer.WORD, Lexer.QUOTED -> isLocalName(i, to);
                case Lexer.SYMBOL -> isLocalSymbol(i);
                default -> true;
            };
            if (!local) {
                return false;
            }
        }
        return true;
    }

    private boolean isLocalName(int i, int to) {
        Word word = tokens.word(i);
        boolean called = i + 1 < to && tokens.isSymbol(i + 1, '(');
        boolean qualified = tokens.isSymbol(i - 1, '.');
        if (word == Word.NEXTVAL || word == Word.CURRVAL) {
            return false;
        }
        if (called && !isOperator(word) && !tokens.is(i - 1, Word.AS)) {
            return !qualified && tokens.type(i) == Lexer.WORD && FUNCTIONS.isDeterministic(tokens.folded(i));
        }
        return word == null || qualified || isLocalWord(word);
    }

    private static boolean isOperator(@Nullable Word word) {
        return word == Word.AND
                || word == Word.OR
                || word == Word.NOT
                || word == Word.IN
                || word == Word.ROW
                || word == Word.CASE
                || word == Word.WHEN
                || word == Word.THEN
                || word == Word.ELSE
                || word == Word.BETWEEN
                || word == Word.LIKE
                || word == Word.WHERE;
    }

    /** Words that bring in other tables, the clock, the session, sequences, an order of rows, or the zone. */
    private static boolean isLocalWord(Word word) {
        return switch (word) {
            case SELECT,
                    FROM,
                    TABLE,
                    VALUES,
                    WITH,
                    EXISTS,
                    ANY,
                    SOME,
                    ALL,
                    NEXT,
                    CURRENT,
                    PREVIOUS,
                    CURRENT_CATALOG,
                    CURRENT_DATE,
                    CURRENT_PATH,
                    CURRENT_ROLE,
                    CURRENT_SCHEMA,
                    CURRENT_TIME,
                    CURRENT_TIMESTAMP,
                    CURRENT_USER,
                    LOCALTIME,
                    LOCALTIMESTAMP,
                    LOCAL,
                    ZONE,
                    SYSDATE,
                    SYSTIMESTAMP,
                    TODAY,
                    USER,
                    SESSION_USER,
                    SYSTEM_USER,
                    ROWNUM,
                    ROWID,
                    LIMIT,
                    FETCH,
                    OFFSET,
                    ORDER,
                    OVER,
                    FINAL,
                    NEW,
                    OLD -> false;
            default -> true;
        };
    }

    /** Variables belong to the session; of the escapes, date and time literals alone say the same everywhere. */
    private boolean isLocalSymbol(int i) {
        if (tokens.isSymbol(i, '@')) {
            return false;
        }
        if (!tokens.isSymbol(i, '{')) {
            return true;
        }
        String escape = tokens.type(i + 1) == Lexer.WORD ? tokens.folded(i + 1) : "";
        return escape.equals("D") || escape.equals("T") || escape.equals("TS");
    }

    /** The columns that top-level conjuncts of a condition bind by equality to a parameter or a literal. */
    List<Identifier> keys(int from, int to) {
        List<Identifier> keys = new ArrayList<>();
        int first = from;
        boolean afterBetween = false;
        int i = from;
        while (i <= to) {
            if (i == to || tokens.is(i, Word.AND)) {
                if (!afterBetween) {
                    addKey(keys, first, i);
                }
                afterBetween = contains(Word.BETWEEN, first, i);
                first = i + 1;
            } else if (tokens.is(i, Word.OR) || tokens.is(i, Word.CASE)) {
                return List.of();
            }
            i = tokens.isSymbol(i, '(') ? tokens.partner(i) + 1 : i + 1;
        }
        return keys;
    }

    private void addKey(List<Identifier> keys, int first, int end) {
        int equals = TableNames.end(tokens, first, end);
        if (equals > first && tokens.isSymbol(equals, '=') && isValue(equals + 1, end)) {
            keys.add(tokens.identifier(equals - 1));
        } else if (isValue(first, first + 1) && tokens.isSymbol(first + 1, '=')) {
            int after = TableNames.end(tokens, first + 2, end);
            if (after > first + 2 && after == end) {
                keys.add(tokens.identifier(end - 1));
            }
        }
    }

    private boolean isValue(int from, int end) {
        int value = tokens.isSymbol(from, '-') ? from + 1 : from;
        byte type = tokens.type(value);
        return value == end - 1 && (type == Lexer.PARAMETER || type == Lexer.NUMBER || type == Lexer.STRING);
    }

    private boolean contains(Word word, int from, int to) {
        for (int i = from; i < to; i++) {
            if (tokens.is(i, word)) {
                return true;
            }
        }
        return false;
    }
}
