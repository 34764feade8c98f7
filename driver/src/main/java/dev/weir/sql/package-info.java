/** What a statement is: SQL text in, classification out; the only room that knows the SQL parser. */
@NullMarked
package dev.weir.sql;

import org.jspecify.annotations.NullMarked;
