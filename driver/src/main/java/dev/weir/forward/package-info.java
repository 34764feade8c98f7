/** The JDBC surface as forwarding interfaces, generated at build time, and recorded statement parameters. */
@NullMarked
package dev.weir.forward;

import org.jspecify.annotations.NullMarked;
