package dev.weir.routing;

import java.sql.SQLDataException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The position that a session has seen: whoever presents it sees at least that. Immutable.
 *
 * <p>Its text is URL-safe: {@code EPOCH-LSN-CHECK} in base 36, where CHECK guards against a truncated or mistyped token, not
 * against a forged one.
 *
 * @param epoch the epoch or timeline of the position, at least 1
 * @param lsn the position, not negative
 */
public record CausalToken(long epoch, long lsn) {
    private static final int RADIX = 36;
    private static final int LONGEST = 40;

    public CausalToken {
        if (epoch < 1 || lsn < 0) {
            throw new IllegalArgumentException("Epoch " + epoch + " and LSN " + lsn + " make no token");
        }
    }

    /**
     * Reads a token's text.
     *
     * @throws SQLException 22023 if the text is not a token
     */
    public static CausalToken parse(String text) throws SQLException {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("-", -1);
        if (parts.length == 3) {
            try {
                CausalToken token = new CausalToken(Long.parseLong(parts[0], RADIX), Long.parseLong(parts[1], RADIX));
                if (token.toString().equals(text)) {
                    return token;
                }
            } catch (IllegalArgumentException e) {
                throw malformed(text, e);
            }
        }
        throw malformed(text, null);
    }

    private static SQLException malformed(String text, @Nullable Throwable cause) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return new SQLDataException(
                "\"" + shown + "\" is not a causal token; pass on the value of getClientInfo(\"weir.token\") unchanged",
                "22023",
                cause);
    }

    private int check() {
        long mixed = (epoch * 0x9E3779B97F4A7C15L ^ lsn) * 0xBF58476D1CE4E5B9L;
        return (int) (mixed >>> 44);
    }

    @Override
    public String toString() {
        return Long.toString(epoch, RADIX) + "-" + Long.toString(lsn, RADIX) + "-" + Integer.toString(check(), RADIX);
    }
}
