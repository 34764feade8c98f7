/** H2's store file: writing it so that it survives a crash whole, and finding the whole part again after one. */
@NullMarked
package dev.weir.replicator.store;

import org.jspecify.annotations.NullMarked;
