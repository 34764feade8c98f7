/** What the servers themselves say about where Weir sends statements. */
@NullMarked
package dev.weir.it.sql;

import org.jspecify.annotations.NullMarked;
