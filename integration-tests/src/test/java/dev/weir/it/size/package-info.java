/** Transactions and values that are larger than the memory of whoever carries them. */
@NullMarked
package dev.weir.it.size;

import org.jspecify.annotations.NullMarked;
