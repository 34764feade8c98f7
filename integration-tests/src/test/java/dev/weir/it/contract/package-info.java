/** Calls of JDBC that must be answered through Weir as the target's own driver answers them. */
@NullMarked
package dev.weir.it.contract;

import org.jspecify.annotations.NullMarked;
