/** A cluster under steady load for long, with restarts: nothing of it may grow. */
@NullMarked
package dev.weir.it.endurance;

import org.jspecify.annotations.NullMarked;
