package dev.weir.replicator.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may ask what. Immutable. */
final class Access {
    private static final String SCHEME = "Bearer ";
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int TOKEN_BYTES = 16;

    private final byte[] token;
    private final boolean loopback;

    /** @param loopback whether only this machine can connect, so that reading needs no token */
    Access(String token, boolean loopback) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.loopback = loopback;
    }

    /** A token that nobody can guess. */
    static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Whether a request with this Authorization header may see the cluster. */
    boolean mayRead(@Nullable String authorization) {
        return loopback || mayAct(authorization);
    }

    /** Whether it may change something. */
    boolean mayAct(@Nullable String authorization) {
        return authorization != null
                && authorization.startsWith(SCHEME)
                && MessageDigest.isEqual(
                        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8), token);
    }

    /** Whether the Host header is one that this server has on loopback; a page of elsewhere that has its name lead here is refused. */
    boolean isOwnHost(@Nullable String host) {
        if (!loopback) {
            return true;
        }
        if (host == null) {
            return false;
        }
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return OWN_NAMES.contains(name.toLowerCase(Locale.ROOT));
    }
}
