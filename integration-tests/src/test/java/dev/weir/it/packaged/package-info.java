/** Tests of the jars as users get them; they run when the modules have been packaged. */
@NullMarked
package dev.weir.it.packaged;

import org.jspecify.annotations.NullMarked;
