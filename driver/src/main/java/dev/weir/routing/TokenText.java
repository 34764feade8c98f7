package dev.weir.routing;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The text of a causal token, {@code EPOCH-LSN-CLUSTER-CHECK} in base 36, which is safe in URLs and HTTP headers. CLUSTER stands for the
 * cluster in which the position counts; CHECK guards against a text that is cut off or mistyped, not against a forged one.
 */
final class TokenText {
    private static final int RADIX = 36;
    private static final int LONGEST = 48;

    /** Codes of four digits in base 36. */
    private static final int CODES = RADIX * RADIX * RADIX * RADIX;

    private TokenText() {}

    /** @param cluster the cluster's identity */
    static String of(CausalToken token, String cluster) {
        String body =
                Long.toString(token.epoch(), RADIX) + "-" + Long.toString(token.lsn(), RADIX) + "-" + code(cluster);
        return body + "-" + code(body);
    }

    /**
     * Reads a token's text.
     *
     * @param cluster the identity of the cluster that is asked; empty if it is not known
     * @throws SQLException 22023 if the text is no token, or one of another cluster
     */
    static CausalToken parse(String text, String cluster) throws SQLException {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("-", -1);
        if (parts.length != 4) {
            throw malformed(text, null);
        }
        CausalToken token;
        try {
            token = new CausalToken(Long.parseLong(parts[0], RADIX), Long.parseLong(parts[1], RADIX));
        } catch (IllegalArgumentException e) {
            throw malformed(text, e);
        }
        String body = Long.toString(token.epoch(), RADIX) + "-" + Long.toString(token.lsn(), RADIX) + "-" + parts[2];
        if (!text.equals(body + "-" + code(body))) {
            throw malformed(text, null);
        }
        if (!cluster.isEmpty() && !parts[2].equals(code(cluster))) {
            throw new SQLDataException(
                    "The causal token \"" + text
                            + "\" was given by another cluster than this connection's; a position in one"
                            + " says nothing about another, so pass tokens on only to connections to the same cluster",
                    "22023");
        }
        return token;
    }

    private static SQLException malformed(String text, @Nullable Throwable cause) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return new SQLDataException(
                "\"" + shown + "\" is not a causal token; pass on the value of getClientInfo(\"weir.token\") unchanged",
                "22023",
                cause);
    }

    private static String code(String text) {
        CRC32 crc = new CRC32();
        for (int i = 0; i < text.length(); i++) {
            crc.update(text.charAt(i) >>> 8);
            crc.update(text.charAt(i));
        }
        return Long.toString(CODES + crc.getValue() % CODES, RADIX).substring(1);
    }
}
