/** The commands of weir-replicator.jar. */
@NullMarked
package dev.weir.replicator.cli;

import org.jspecify.annotations.NullMarked;
