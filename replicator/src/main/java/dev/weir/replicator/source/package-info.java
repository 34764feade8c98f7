/** The primary's side: opening its store, reading durable log entries, snapshots. */
@NullMarked
package dev.weir.replicator.source;

import org.jspecify.annotations.NullMarked;
