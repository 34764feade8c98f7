/** Real applications' frameworks on Weir, each run over every kind of cluster, with the nodes asked what reached them. */
@NullMarked
package dev.weir.it.app;

import org.jspecify.annotations.NullMarked;
