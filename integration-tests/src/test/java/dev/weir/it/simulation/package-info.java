/**
 * A cluster on one thread: primary, writers, replicator and replicas take turns as a seeded scheduler decides, in virtual time, over files that lose at a crash what was not forced. See
 * {@code DESIGN.md} of this package.
 */
@NullMarked
package dev.weir.it.simulation;

import org.jspecify.annotations.NullMarked;
