/** A JDBC driver whose calls cost nothing, in the guise of a PostgreSQL primary with standbys. */
@NullMarked
package dev.weir.it.bench.stub;

import org.jspecify.annotations.NullMarked;
