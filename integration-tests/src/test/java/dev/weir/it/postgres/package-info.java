/** A PostgreSQL primary with two streaming standbys, from Docker or from server binaries, with fault switches. */
@NullMarked
package dev.weir.it.postgres;

import org.jspecify.annotations.NullMarked;
