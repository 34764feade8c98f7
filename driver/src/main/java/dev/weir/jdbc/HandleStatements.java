package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The open statements that were made through one handle of a connection: they lead back to it, and close with it. Confined to one connection. */
final class HandleStatements {
    private final Connection handle;
    private final Set<RoutedStatement> open = Collections.newSetFromMap(new IdentityHashMap<>());

    HandleStatements(Connection handle) {
        this.handle = handle;
    }

    Connection handle() {
        return handle;
    }

    /** Takes a statement that the handle's connection has just made. */
    <S extends Statement> S taken(S made) {
        if (made instanceof RoutedStatement routed) {
            routed.madeThrough(this);
            open.add(routed);
        }
        return made;
    }

    void closed(RoutedStatement statement) {
        open.remove(statement);
    }

    /** Closes all of them, even if some fail to. */
    void closeAll() throws SQLException {
        List<RoutedStatement> all = new ArrayList<>(open);
        open.clear();
        SQLException first = null;
        for (RoutedStatement statement : all) {
            first = closed(statement, first);
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable SQLException closed(Statement statement, @Nullable SQLException first) {
        try {
            statement.close();
            return first;
        } catch (SQLException e) {
            if (first == null) {
                return e;
            }
            first.addSuppressed(e);
            return first;
        }
    }
}
