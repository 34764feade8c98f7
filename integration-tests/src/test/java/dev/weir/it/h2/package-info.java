/** H2 clusters under Weir: in this JVM, and over TCP with a JVM for each node. */
@NullMarked
package dev.weir.it.h2;

import org.jspecify.annotations.NullMarked;
