/** What clients see while nodes freeze, die, are cut off, or lose their role. */
@NullMarked
package dev.weir.it.fault;

import org.jspecify.annotations.NullMarked;
