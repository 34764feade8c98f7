package dev.weir.sql;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Stands for all texts that differ in their literals, comments and blanks only. It is a hash of 128 bits whose keys are drawn at
 * start, so that equal fingerprints mean equal texts for all practical purposes, even to someone who would like a write to pass
 * for a read. Immutable.
 */
record Fingerprint(long high, long low) {
    private static final long CHARACTER_KEY;
    private static final long HIGH_KEY;
    private static final long LOW_KEY;

    static {
        SecureRandom random = new SecureRandom();
        CHARACTER_KEY = random.nextLong() | 1;
        HIGH_KEY = random.nextLong() | 1;
        LOW_KEY = random.nextLong() | 1;
    }

    /** Reads a text to its end and tells its fingerprint; nothing if the lexer says that it is broken. */
    static Fingerprint read(String sql, Lexer lexer) {
        long high = HIGH_KEY;
        long low = LOW_KEY;
        byte type = lexer.next();
        while (type != Lexer.END && type != Lexer.BROKEN) {
            long token = type;
            if (type == Lexer.SYMBOL) {
                token = (token ^ lexer.symbol()) * CHARACTER_KEY;
            } else if (type != Lexer.STRING && type != Lexer.NUMBER) {
                for (int i = lexer.start(); i < lexer.end(); i++) {
                    token = (token ^ sql.charAt(i)) * CHARACTER_KEY;
                }
            }
            high = mix(high ^ token, HIGH_KEY);
            low = mix(low + token, LOW_KEY);
            type = lexer.next();
        }
        if (lexer.isAmbiguous()) {
            high = mix(~high, HIGH_KEY);
        }
        return new Fingerprint(high, low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fingerprint same && same.high == high && same.low == low;
    }

    /** The bits are as good as random already. */
    @Override
    public int hashCode() {
        return (int) low;
    }

    private static long mix(long value, long key) {
        return Math.multiplyHigh(value, key) ^ (value * key);
    }
}
