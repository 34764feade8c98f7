/** Many clients on a few registers under random faults, and a checker that holds what they saw against what each level promises. */
@NullMarked
package dev.weir.it.history;

import org.jspecify.annotations.NullMarked;
