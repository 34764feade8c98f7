/** The open transaction's writes on an H2 primary, turned into log rows inside the same transaction. */
@NullMarked
package dev.weir.capture;

import org.jspecify.annotations.NullMarked;
