/** How many session reads replicas serve under load, and whether any of them misses what its session has written. */
@NullMarked
package dev.weir.it.offload;

import org.jspecify.annotations.NullMarked;
