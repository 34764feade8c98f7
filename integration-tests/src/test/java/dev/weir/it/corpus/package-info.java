/** Scripts that cover the grammar of H2, run on plain H2 and on a cluster under Weir: the same results, the same errors, and replicas that equal their primary. */
@NullMarked
package dev.weir.it.corpus;

import org.jspecify.annotations.NullMarked;
