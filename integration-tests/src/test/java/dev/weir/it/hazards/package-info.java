/** What makes a replica that repeats statements differ from its primary, each case on plain H2 and under Weir. */
@NullMarked
package dev.weir.it.hazards;

import org.jspecify.annotations.NullMarked;
