/** The driver's monitor and routing rules on real servers, beneath JDBC. */
@NullMarked
package dev.weir.it.cluster;

import org.jspecify.annotations.NullMarked;
