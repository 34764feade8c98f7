/** Comparing replicas with their primary while both run, and mending what differs. */
@NullMarked
package dev.weir.replicator.verify;

import org.jspecify.annotations.NullMarked;
