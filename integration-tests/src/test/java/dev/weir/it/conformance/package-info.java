/** Call sequences that users can read, run on real clusters. */
@NullMarked
package dev.weir.it.conformance;

import org.jspecify.annotations.NullMarked;
