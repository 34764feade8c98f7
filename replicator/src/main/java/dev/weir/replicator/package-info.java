/** The duty cycle that ties source and replicas together, and the embedded cluster. */
@NullMarked
package dev.weir.replicator;

import org.jspecify.annotations.NullMarked;
