package dev.weir.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the statements of a text that holds several. Immutable.
 *
 * @param sql its text; the first one's begins with the whole text's leading comments
 * @param parameters how many parameters it has, which are numbered over the whole text
 */
public record StatementPart(String sql, int parameters) {
    /** The parts of a text; null if where they end is in doubt, or if its parameters are numbered by the text itself. */
    static @Nullable List<StatementPart> of(String sql, Lexer lexer) {
        Tokens tokens = Tokens.read(sql, lexer);
        if (lexer.isBroken()
                || lexer.isAmbiguous()
                || lexer.hasIndexedParameters()
                || tokens.isExcessive()
                || !tokens.isBalanced()) {
            return null;
        }
        List<StatementPart> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= tokens.count(); i++) {
            if (tokens.isSymbol(i, '(')) {
                depth++;
            } else if (tokens.isSymbol(i, ')')) {
                depth--;
            } else if (i == tokens.count() || tokens.isSymbol(i, ';')) {
                if (depth > 0 || StatementClassifier.hasBody(tokens)) {
                    return null;
                }
                if (i > from) {
                    int start = parts.isEmpty() ? 0 : tokens.start(from);
                    parts.add(new StatementPart(sql.substring(start, tokens.end(i - 1)), parameters(tokens, from, i)));
                }
                from = i + 1;
            }
        }
        return parts;
    }

    private static int parameters(Tokens tokens, int from, int to) {
        int parameters = 0;
        for (int i = from; i < to; i++) {
            parameters += tokens.type(i) == Lexer.PARAMETER ? 1 : 0;
        }
        return parameters;
    }
}
