package dev.weir.jdbc;

import dev.weir.routing.Route;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What {@code connection.unwrap(WeirConnection.class)} gives: a routed connection's own view of itself. Confined to one thread at a time. */
public interface WeirConnection extends Connection {
    /**
     * The causal token: a later read that is given it, on any connection, sees at least what this session has seen. May wait for one
     * probe of the primary.
     *
     * @throws SQLException 08006 if the position cannot be learned, 08003 if the connection is closed
     */
    String token() throws SQLException;

    /**
     * Makes later reads of this connection see at least what the token's session has seen.
     *
     * @throws SQLException 22023 if the text is not a token, 08003 if the connection is closed
     */
    void adopt(String token) throws SQLException;

    /** Where the newest statement was sent and why; null if none was sent to a node yet. */
    @Nullable Route lastRoute();
}
