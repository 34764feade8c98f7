/** Random statements over every type and form, for histories that compare replicas with their primary. */
@NullMarked
package dev.weir.it.mix;

import org.jspecify.annotations.NullMarked;
