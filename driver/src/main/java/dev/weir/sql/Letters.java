package dev.weir.sql;

/** What the characters of ASCII are to both dialects; all others are none of this. */
final class Letters {
    private static final int SPACE = 1;
    private static final int BEGINS_NAME = 2;
    private static final int IN_NAME = 4;
    private static final byte[] CLASSES = classes();

    private Letters() {}

    /** Whether a character is white space. */
    static boolean isBlank(char c) {
        return c < 128 && (CLASSES[c] & SPACE) != 0;
    }

    /** Whether a name without quotes may begin with it. */
    static boolean beginsName(char c) {
        return c < 128 && (CLASSES[c] & BEGINS_NAME) != 0;
    }

    /** Whether a name without quotes may hold it. */
    static boolean isInName(char c) {
        return c < 128 && (CLASSES[c] & IN_NAME) != 0;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static byte[] classes() {
        byte[] classes = new byte[128];
        for (char c : " \t\n\r\f\u000b".toCharArray()) {
            classes[c] = SPACE;
        }
        for (char c = 0; c < 128; c++) {
            if (c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                classes[c] = BEGINS_NAME | IN_NAME;
            } else if (c == '$' || isDigit(c)) {
                classes[c] = IN_NAME;
            }
        }
        return classes;
    }
}
