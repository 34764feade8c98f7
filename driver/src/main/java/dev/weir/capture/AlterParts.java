package dev.weir.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The outermost words, quoted names, parentheses and other signs of a text without comments, with their places. Immutable. */
record AlterParts(String text, List<Part> parts) {
    /**
     * One of them.
     *
     * @param word in upper case; empty if it is no plain word
     */
    record Part(int start, int end, String word) {}

    static AlterParts of(String text) {
        List<Part> parts = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int end = i + 1;
            String word = "";
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            } else if (c == '(') {
                end = SqlText.endOfParentheses(text, i);
            } else if (c == '\'' || c == '"') {
                int close = text.indexOf(c, i + 1);
                end = close < 0 ? text.length() : close + 1;
            } else if (Character.isJavaIdentifierStart(c)) {
                while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
                    end++;
                }
                word = text.substring(i, end).toUpperCase(Locale.ENGLISH);
            }
            parts.add(new Part(i, end, word));
            i = end;
        }
        return new AlterParts(text, parts);
    }

    int size() {
        return parts.size();
    }

    boolean is(int index, String word) {
        return index < parts.size() && parts.get(index).word().equals(word);
    }

    /** Where a word first stands from an index on; the number of parts if it does not. */
    int find(String word, int from) {
        int i = from;
        while (i < parts.size() && !is(i, word)) {
            i++;
        }
        return i;
    }

    /** The text from one part to before another. */
    String between(int from, int to) {
        return from >= to
                ? ""
                : text.substring(parts.get(from).start(), parts.get(to - 1).end());
    }
}
