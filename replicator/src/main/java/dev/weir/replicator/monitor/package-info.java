/** What a cluster is doing, how far its replicas are behind, and what is wrong with it. */
@NullMarked
package dev.weir.replicator.monitor;

import org.jspecify.annotations.NullMarked;
