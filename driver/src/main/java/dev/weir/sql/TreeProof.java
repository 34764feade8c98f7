package dev.weir.sql;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.sf.jsqlparser.expression.AnalyticExpression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.select.TableFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the parser whether the words of a query that the tokens leave in doubt are names. The parser sees the text as the lexer
 * understood it, with literals and comments replaced, so that both agree on where tokens begin; and only texts so short and
 * flat that it answers in milliseconds. Every node of the tree is visited, whatever its kind; a kind that is not known to be
 * harmless leaves the doubt. Confined to one thread.
 */
final class TreeProof {
    private static final Logger LOG = LoggerFactory.getLogger(TreeProof.class);
    private static final int MOST_TOKENS = 600;
    private static final int DEEPEST = 6;

    private final Map<String, Integer> named = new HashMap<>();
    private final Deque<Object> pending = new ArrayDeque<>();
    private boolean changes;
    private boolean strange;

    private TreeProof() {}

    /** What the parser found. */
    enum Finding {
        /** Every doubtful word is a name, and nothing in the tree is anything but a read. */
        READ,
        /** The query modifies data. */
        CHANGE,
        /** The text could not be parsed or not be judged. */
        DOUBT
    }

    static Finding judge(Tokens tokens, int from, int to, List<Integer> doubts) {
        if (to - from > MOST_TOKENS || tokens.deepest() > DEEPEST) {
            return Finding.DOUBT;
        }
        Statement statement = parse(PlainText.of(tokens, from, to));
        if (statement == null) {
            return Finding.DOUBT;
        }
        return new TreeProof().judge(statement, wanted(tokens, from, to, doubts));
    }

    /** How often each doubtful word stands in the text; the tree must account for each of them. */
    private static Map<String, Integer> wanted(Tokens tokens, int from, int to, List<Integer> doubts) {
        Map<String, Integer> wanted = new HashMap<>();
        for (int doubt : doubts) {
            wanted.put(tokens.folded(doubt), 0);
        }
        for (int i = from; i < to; i++) {
            if (tokens.isName(i) && !isLock(tokens, i)) {
                wanted.computeIfPresent(tokens.folded(i), (name, count) -> count + 1);
            }
        }
        return wanted;
    }

    private static boolean isLock(Tokens tokens, int i) {
        return tokens.is(i - 1, Word.FOR) || tokens.are(i - 2, Word.NO, Word.KEY);
    }

    private static @Nullable Statement parse(String text) {
        try {
            return new CCJSqlParser(text).withAllowComplexParsing(false).Statement();
        } catch (ParseException | RuntimeException e) {
            // The parser is a guest: whatever it throws, even by a fault of its own, leaves the doubt and no more.
            LOG.trace("The parser gave up on a text of {} characters", text.length(), e);
            return null;
        }
    }

    private Finding judge(Statement statement, Map<String, Integer> wanted) {
        for (String name : wanted.keySet()) {
            named.put(name, 0);
        }
        pending.add(statement);
        while (!pending.isEmpty()) {
            visit(pending.removeLast());
        }
        if (changes) {
            return Finding.CHANGE;
        }
        return !strange && named.equals(wanted) ? Finding.READ : Finding.DOUBT;
    }

    private void visit(Object node) {
        if (node instanceof String text) {
            named.computeIfPresent(unquoted(text), (name, count) -> count + 1);
        } else if (node instanceof Collection<?> nodes && !TreeNodes.isNode(node)) {
            nodes.forEach(this::later);
        } else if (TreeNodes.isChange(node)) {
            changes = true;
        } else if (TreeNodes.isHarmless(node)) {
            strange |= isDoubtfulCall(node);
            strange |= !TreeNodes.forEachChild(node, this::later);
        } else {
            strange = true;
        }
    }

    private void later(@Nullable Object child) {
        if (child != null && !TreeNodes.isLeaf(child)) {
            pending.add(child);
        }
    }

    private boolean isDoubtfulCall(Object node) {
        if (node instanceof Function function) {
            List<String> parts = function.getMultipartName();
            if (parts == null || parts.isEmpty()) {
                return !(node instanceof TableFunction);
            }
            return named.containsKey(unquoted(parts.get(parts.size() - 1)));
        }
        return node instanceof AnalyticExpression call && named.containsKey(unquoted(call.getName()));
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 2 && text.charAt(0) == '"' && text.endsWith("\"");
        return (quoted ? text.substring(1, text.length() - 1) : text).toUpperCase(Locale.ENGLISH);
    }
}
