/** The routed connection, its statements and results: JDBC's contract over lazily opened delegates. */
@NullMarked
package dev.weir.jdbc;

import org.jspecify.annotations.NullMarked;
