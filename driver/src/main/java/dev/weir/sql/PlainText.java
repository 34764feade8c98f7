package dev.weir.sql;

/**
 * A statement as the lexer understood it, spelt so that any other lexer understands the same: no comments, every literal replaced by a
 * short one, every quoted identifier that holds anything unusual by a plain one.
 */
final class PlainText {
    private PlainText() {}

    static String of(Tokens tokens, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            boolean operator = tokens.symbol(i) != '\0' && tokens.symbol(i - 1) != '\0' && tokens.areJoined(i);
            if (i > from && !operator) {
                text.append(' ');
            }
            append(text, tokens, i);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Tokens tokens, int i) {
        switch (tokens.type(i)) {
            case Lexer.STRING -> text.append("'x'");
            case Lexer.NUMBER -> text.append('1');
            case Lexer.PARAMETER -> text.append('?');
            case Lexer.QUOTED ->
                text.append('"').append(simple(tokens.identifier(i).text())).append('"');
            case Lexer.SYMBOL -> text.append(tokens.symbol(i) == Lexer.CAST ? "::" : tokens.text(i));
            default -> text.append(tokens.text(i));
        }
    }

    private static String simple(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!Character.isLetterOrDigit(name.charAt(i)) && name.charAt(i) != '_') {
                return "q";
            }
        }
        return name.isEmpty() ? "q" : name;
    }
}
