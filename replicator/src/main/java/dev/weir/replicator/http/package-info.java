/** What a replicator shows of a cluster to people and to programs, and what it lets them do. */
@NullMarked
package dev.weir.replicator.http;

import org.jspecify.annotations.NullMarked;
