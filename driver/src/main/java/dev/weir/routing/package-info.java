/** Where a statement goes: a pure function of statement, session and cluster view. */
@NullMarked
package dev.weir.routing;

import org.jspecify.annotations.NullMarked;
