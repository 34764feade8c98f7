package dev.weir.sql;

/** Where numbers end, which both dialects write alike but for a suffix. */
final class Numbers {
    private Numbers() {}

    /** The end, exclusive, of the number that begins at a digit, or at a point before one. */
    static int end(String sql, int from) {
        if (at(sql, from) == '0' && (at(sql, from + 1) | 0x20) == 'x' && isHex(sql, from + 2)) {
            return hexEnd(sql, from + 3);
        }
        int i = digitsEnd(sql, from);
        if (at(sql, i) == '.') {
            i = digitsEnd(sql, i + 1);
        }
        if ((at(sql, i) | 0x20) == 'e') {
            int sign = at(sql, i + 1) == '+' || at(sql, i + 1) == '-' ? 1 : 0;
            if (Letters.isDigit(at(sql, i + 1 + sign))) {
                i = digitsEnd(sql, i + 1 + sign);
            }
        }
        return i;
    }

    private static int hexEnd(String sql, int from) {
        int i = from;
        while (isHex(sql, i) || (at(sql, i) == '_' && isHex(sql, i + 1))) {
            i++;
        }
        return i;
    }

    private static int digitsEnd(String sql, int from) {
        int i = from;
        while (Letters.isDigit(at(sql, i)) || (at(sql, i) == '_' && i > from && Letters.isDigit(at(sql, i + 1)))) {
            i++;
        }
        return i;
    }

    private static boolean isHex(String sql, int i) {
        return Character.digit(at(sql, i), 16) >= 0;
    }

    private static char at(String sql, int i) {
        return i < sql.length() ? sql.charAt(i) : '\0';
    }
}
