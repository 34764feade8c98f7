/** Real clusters, and tests of the whole on them. */
@NullMarked
package dev.weir.it;

import org.jspecify.annotations.NullMarked;
