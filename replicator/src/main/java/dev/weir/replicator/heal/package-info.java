/** What is done about replicas by itself, in which order, and what is left to people. */
@NullMarked
package dev.weir.replicator.heal;

import org.jspecify.annotations.NullMarked;
