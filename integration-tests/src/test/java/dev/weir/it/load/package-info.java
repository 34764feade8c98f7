/** A random concurrent application, and the comparison of what it left in each store. */
@NullMarked
package dev.weir.it.load;

import org.jspecify.annotations.NullMarked;
