/** Mixed loads on PostgreSQL servers of limited capacity. */
@NullMarked
package dev.weir.it.bench.load;

import org.jspecify.annotations.NullMarked;
