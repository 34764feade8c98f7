/** The nodes of a cluster: roles, probes, freshness, pools; one immutable view, one dialect class per database. */
@NullMarked
package dev.weir.cluster;

import org.jspecify.annotations.NullMarked;
