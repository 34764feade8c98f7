/** Connections that applications leave in any state, and what must not be left of them. */
@NullMarked
package dev.weir.it.leak;

import org.jspecify.annotations.NullMarked;
