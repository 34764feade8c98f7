package dev.weir.it.bench.load;

import java.sql.SQLException;

/** The two operations of one client. Confined to one thread. */
interface Job {
    /** Reads, and tells what the answer missed. */
    Missed read() throws SQLException;

    /** Writes, all or nothing. */
    void write() throws SQLException;
}
