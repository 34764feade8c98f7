/** A replica's side: seeding, applying entries in LSN order, its checkpoint. */
@NullMarked
package dev.weir.replicator.replica;

import org.jspecify.annotations.NullMarked;
