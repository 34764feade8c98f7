package dev.weir.capture;

import org.jspecify.annotations.Nullable;

/** The statements of a script, separated by semicolons outside quotes, dollar quotes and comments, as H2 separates them. Confined to one thread. */
final class ScriptText {
    private final String text;
    private int position;

    ScriptText(String text) {
        this.text = text;
    }

    /** The next statement without its semicolon; null if nothing is left. */
    @Nullable String next() {
        int start = position;
        while (position < text.length()) {
            if (text.charAt(position) == ';') {
                return text.substring(start, position++);
            }
            position = SqlText.afterUnit(text, position);
        }
        String rest = text.substring(start);
        return rest.isEmpty() ? null : rest;
    }
}
