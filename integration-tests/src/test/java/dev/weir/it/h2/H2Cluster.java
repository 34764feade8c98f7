package dev.weir.it.h2;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** An H2 primary with replicas under Weir. */
public interface H2Cluster extends AutoCloseable {
    /** What an application connects to; without credentials. */
    String weirUrl();

    /** A connection through Weir as the application's user; may be called from any thread. */
    Connection connect() throws SQLException;

    H2Store primary();

    List<H2Store> replicas();

    @Override
    void close() throws SQLException;
}
