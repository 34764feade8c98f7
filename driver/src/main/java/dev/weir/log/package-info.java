/** The contract between driver and replicator: positions, log entries, their encoding, and the tables in schema WEIR. */
@NullMarked
package dev.weir.log;

import org.jspecify.annotations.NullMarked;
