package dev.weir.sql;

import dev.weir.sql.TableName.Identifier;
import dev.weir.sql.WriteShape.Verb;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the structure of an INSERT, UPDATE, DELETE, MERGE or REPLACE on one table from its tokens, by the grammar of H2. Whatever it
 * does not know makes it give up, so that a shape is never wrong. Confined to one thread.
 */
final class WriteReader {
    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean indexedParameters;
    private final ExpressionRules expressions;
    private int at;

    WriteReader(Tokens tokens, int from, int to, boolean indexedParameters) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.indexedParameters = indexedParameters;
        this.expressions = new ExpressionRules(tokens);
    }

    /** The structure; null if it is not understood. */
    @Nullable WriteShape read() {
        Word verb = tokens.word(from);
        if (verb == null || !tokens.isBalanced()) {
            return null;
        }
        at = from + 1;
        return switch (verb) {
            case INSERT -> insert(take(Word.IGNORE) ? Verb.UPSERT : Verb.INSERT, false);
            case REPLACE -> insert(Verb.UPSERT, true);
            case MERGE -> merge();
            case UPDATE -> update();
            case DELETE -> delete();
            default -> null;
        };
    }

    private @Nullable WriteShape insert(Verb verb, boolean deletes) {
        TableName table = take(Word.INTO) ? table() : null;
        if (table == null) {
            return null;
        }
        List<Identifier> columns = isColumnList() ? columns() : List.of();
        if (take(Word.OVERRIDING)) {
            at += 2;
        }
        int rows = at;
        boolean upsert = verb == Verb.UPSERT || resolvesConflicts(rows);
        boolean values = isRows(rows);
        if (!values && !isQuery(rows)) {
            return null;
        }
        boolean rowLocal = values && expressions.areRowLocal(tokens.is(rows, Word.DEFAULT) ? rows + 2 : rows + 1, to);
        return new WriteShape(
                upsert ? Verb.UPSERT : verb, table, null, columns, List.of(), rowLocal, values, deletes, false, "", 0);
    }

    private @Nullable WriteShape merge() {
        TableName table = take(Word.INTO) ? table() : null;
        if (table == null) {
            return null;
        }
        if (find(Word.USING, at) < to) {
            return mergeUsing(table);
        }
        List<Identifier> columns = isColumnList() ? columns() : List.of();
        List<Identifier> keys = take(Word.KEY) ? columns() : List.of();
        boolean values = isRows(at);
        if (!values && !isQuery(at)) {
            return null;
        }
        boolean rowLocal = values && expressions.areRowLocal(at + 1, to);
        return new WriteShape(Verb.MERGE_KEY, table, null, columns, keys, rowLocal, values, false, false, "", 0);
    }

    private WriteShape mergeUsing(TableName table) {
        boolean deletes = false;
        for (int i = at; i < to; i++) {
            deletes |= tokens.are(i, Word.THEN, Word.DELETE);
        }
        Identifier alias = alias(Word.USING);
        return new WriteShape(
                Verb.MERGE_USING, table, alias, List.of(), List.of(), false, false, deletes, false, "", 0);
    }

    private @Nullable WriteShape update() {
        TableName table = table();
        Identifier alias = alias(Word.SET);
        if (table == null || !take(Word.SET)) {
            return null;
        }
        int where = find(Word.WHERE, at);
        if (joins()) {
            return null;
        }
        List<Identifier> assigned = assigned(at, Math.min(where, bound(at)));
        return assigned == null ? null : filtered(Verb.UPDATE, table, alias, assigned, at, where);
    }

    private @Nullable WriteShape delete() {
        if (tokens.is(at, Word.TOP)) {
            return null;
        }
        take(Word.FROM);
        TableName table = table();
        Identifier alias = alias(Word.WHERE);
        boolean known = at >= to || tokens.is(at, Word.WHERE) || at == bound(at);
        return table == null || !known
                ? null
                : filtered(Verb.DELETE, table, alias, List.of(), at, find(Word.WHERE, at));
    }

    private @Nullable WriteShape filtered(
            Verb verb, TableName table, @Nullable Identifier alias, List<Identifier> assigned, int body, int where) {
        int end = bound(body);
        boolean limited = end < to;
        boolean conditional = where < end;
        if (conditional && (where + 1 >= end || (indexedParameters && parameters(where, end) > 0))) {
            return null;
        }
        boolean rowLocal = !limited && expressions.areRowLocal(body, to);
        return new WriteShape(
                verb,
                table,
                alias,
                assigned,
                conditional ? expressions.keys(where + 1, end) : List.of(),
                rowLocal,
                false,
                false,
                limited,
                conditional ? tokens.text(where + 1, end - 1) : "",
                conditional ? parameters(from, where) : 0);
    }

    private boolean resolvesConflicts(int first) {
        for (int on = find(Word.ON, first); on < to; on = find(Word.ON, on + 1)) {
            if (tokens.is(on + 1, Word.DUPLICATE) || tokens.is(on + 1, Word.CONFLICT)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an UPDATE has a FROM clause; {@code IS DISTINCT FROM} is none. */
    private boolean joins() {
        for (int i = find(Word.FROM, at); i < to; i = find(Word.FROM, i + 1)) {
            if (!tokens.is(i - 1, Word.DISTINCT)) {
                return true;
            }
        }
        return false;
    }

    /** The columns that a SET clause assigns; null if it has another form. */
    private @Nullable List<Identifier> assigned(int first, int end) {
        List<Identifier> assigned = new ArrayList<>();
        int i = first;
        while (i < end) {
            int equals = i;
            if (tokens.isSymbol(i, '(')) {
                equals = tokens.partner(i) + 1;
                for (int k = i + 1; k < equals - 1; k += 2) {
                    if (!tokens.isName(k)) {
                        return null;
                    }
                    assigned.add(tokens.identifier(k));
                }
            } else {
                equals = TableNames.end(tokens, i, end);
                if (equals == i) {
                    return null;
                }
                assigned.add(tokens.identifier(equals - 1));
            }
            if (!tokens.isSymbol(equals, '=')) {
                return null;
            }
            i = nextComma(equals, end) + 1;
        }
        return assigned.isEmpty() ? null : assigned;
    }

    private int nextComma(int first, int end) {
        int i = first;
        while (i < end && !tokens.isSymbol(i, ',')) {
            i = tokens.isSymbol(i, '(') ? tokens.partner(i) + 1 : i + 1;
        }
        return i;
    }

    private @Nullable TableName table() {
        TableName table = TableNames.read(tokens, at, to);
        at = TableNames.end(tokens, at, to);
        return table;
    }

    private @Nullable Identifier alias(Word next) {
        if (take(Word.AS)) {
            return at < to && tokens.isName(at) ? tokens.identifier(at++) : null;
        }
        boolean alias = at < to && tokens.isName(at) && !tokens.is(at, next) && at != bound(at);
        return alias ? tokens.identifier(at++) : null;
    }

    private boolean isColumnList() {
        return tokens.isSymbol(at, '(') && at < to && !isQuery(at);
    }

    private List<Identifier> columns() {
        List<Identifier> columns = new ArrayList<>();
        int close = tokens.isSymbol(at, '(') ? tokens.partner(at) : -1;
        for (int i = at + 1; i < close; i += 2) {
            int end = TableNames.end(tokens, i, close);
            if (end > i) {
                columns.add(tokens.identifier(end - 1));
                i = end - 1;
            }
        }
        at = close < 0 ? at : close + 1;
        return columns;
    }

    private boolean isRows(int i) {
        return tokens.is(i, Word.VALUES) || tokens.are(i, Word.DEFAULT, Word.VALUES);
    }

    private boolean isQuery(int first) {
        int i = first;
        while (tokens.isSymbol(i, '(')) {
            i++;
        }
        return tokens.is(i, Word.SELECT)
                || tokens.is(i, Word.WITH)
                || tokens.is(i, Word.TABLE)
                || tokens.is(i, Word.VALUES)
                || tokens.is(i, Word.FROM)
                || tokens.is(i, Word.DIRECT);
    }

    /** Where LIMIT, FETCH, OFFSET or ORDER BY begins outside parentheses, or the end. */
    private int bound(int first) {
        int i = first;
        while (i < to) {
            Word word = tokens.word(i);
            if (word == Word.LIMIT || word == Word.FETCH || word == Word.OFFSET || word == Word.ORDER) {
                return i;
            }
            i = tokens.isSymbol(i, '(') ? tokens.partner(i) + 1 : i + 1;
        }
        return to;
    }

    private int find(Word word, int first) {
        int i = first;
        while (i < to && !tokens.is(i, word)) {
            i = tokens.isSymbol(i, '(') ? tokens.partner(i) + 1 : i + 1;
        }
        return Math.min(i, to);
    }

    private int parameters(int first, int end) {
        int parameters = 0;
        for (int i = first; i < end; i++) {
            parameters += tokens.type(i) == Lexer.PARAMETER ? 1 : 0;
        }
        return parameters;
    }

    private boolean take(Word word) {
        boolean taken = at < to && tokens.is(at, word);
        at += taken ? 1 : 0;
        return taken;
    }
}
