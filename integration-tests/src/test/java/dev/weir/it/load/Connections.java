package dev.weir.it.load;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a load takes its connections from. Thread-safe. */
public interface Connections {
    /** A connection that belongs to the caller, who closes it. */
    Connection open() throws SQLException;
}
