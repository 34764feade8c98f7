package dev.weir.jdbc;

import dev.weir.routing.Consistency;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The client info of one logical connection: two names of Weir's own, the others the target's. Confined to one connection. */
final class ClientInfo {
    private static final String PREFIX = "weir.";
    private static final String CONSISTENCY = "weir.consistency";
    private static final String TOKEN = "weir.token";

    private final Routing routing;
    private final RoutingSession session;
    private final SessionSettings settings;

    ClientInfo(Routing routing, RoutingSession session, SessionSettings settings) {
        this.routing = routing;
        this.session = session;
        this.settings = settings;
    }

    static boolean isWeirs(String name) {
        return name.startsWith(PREFIX);
    }

    void set(String name, @Nullable String value) throws SQLException {
        if (!isWeirs(name)) {
            settings.recordLasting("clientInfo:" + name, connection -> connection.setClientInfo(name, value));
        } else if (name.equals(CONSISTENCY) && value != null) {
            session.setConsistency(consistency(value));
        } else if (name.equals(TOKEN) && value != null) {
            routing.adopt(session, value);
        } else {
            throw unknown(name);
        }
    }

    @Nullable String get(String name) throws SQLException {
        return switch (name) {
            case CONSISTENCY -> text(session.consistency());
            case TOKEN -> routing.token(session);
            default -> throw unknown(name);
        };
    }

    void addTo(Properties properties) throws SQLException {
        properties.setProperty(CONSISTENCY, text(session.consistency()));
        properties.setProperty(TOKEN, routing.token(session));
    }

    private static SQLException unknown(String name) {
        return Refusal.invalid("Client info " + name + " is unknown or was given no value; Weir's own are "
                + CONSISTENCY + " and " + TOKEN);
    }

    private static Consistency consistency(String value) throws SQLException {
        for (Consistency level : Consistency.values()) {
            if (text(level).equals(value.strip().toLowerCase(Locale.ROOT))) {
                return level;
            }
        }
        throw Refusal.invalid("Consistency level \"" + value + "\" is unknown; valid levels are "
                + Arrays.stream(Consistency.values()).map(ClientInfo::text).collect(Collectors.joining(", ")));
    }

    private static String text(Consistency level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
