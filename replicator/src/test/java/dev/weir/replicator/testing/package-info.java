/** What several tests of the replicator share. */
@NullMarked
package dev.weir.replicator.testing;

import org.jspecify.annotations.NullMarked;
