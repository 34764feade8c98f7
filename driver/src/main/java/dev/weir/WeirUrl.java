package dev.weir;

import java.sql.SQLException;
import java.util.List;

/** The grammar of Weir's URLs: {@code jdbc:weir:} before the target's own URL. */
final class WeirUrl {
    static final String PREFIX = "jdbc:weir:";

    private WeirUrl() {}

    static boolean isWeir(String url) {
        return url.startsWith(PREFIX);
    }

    /**
     * Takes a URL apart.
     *
     * @throws SQLException 08001 if the target is not one that Weir knows or its URL is malformed
     */
    static ParsedUrl parse(String url) throws SQLException {
        return parseTarget("jdbc:" + url.substring(PREFIX.length()), PREFIX);
    }

    /** Takes apart one of the URLs of {@code weir.replicas}, which are the target's own. */
    static ParsedUrl parseReplica(String url) throws SQLException {
        if (isWeir(url)) {
            throw Refusal.connect("weir.replicas names " + PREFIX
                    + " URLs; give the replicas' own URLs, such as jdbc:postgresql://host/database");
        }
        return parseTarget(url, "jdbc:");
    }

    /** Splits the value of {@code weir.replicas} at the commas between URLs; a URL's own host list stays whole. */
    static List<String> splitReplicas(String value) {
        return List.of(value.strip().split("\\s*,\\s*(?=jdbc:)"));
    }

    private static ParsedUrl parseTarget(String url, String displayPrefix) throws SQLException {
        if (url.startsWith(PostgresUrl.PREFIX)) {
            return PostgresUrl.parse(url, displayPrefix);
        }
        if (url.startsWith(H2Url.PREFIX)) {
            return H2Url.parse(url, displayPrefix);
        }
        String target = url.substring(0, Math.max(url.indexOf(':', "jdbc:".length()) + 1, "jdbc:".length()));
        throw Refusal.connect("Weir does not know the target \"" + target + "\"; valid URLs start with " + PREFIX
                + "postgresql: or " + PREFIX + "h2:");
    }
}
