/** What each consistency level promises, on both databases, while replicas are held back and JVMs are suspended. */
@NullMarked
package dev.weir.it.consistency;

import org.jspecify.annotations.NullMarked;
