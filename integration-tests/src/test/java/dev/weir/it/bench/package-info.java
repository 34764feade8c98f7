/** What Weir costs, measured with JMH beside the plain driver and other drivers and pools. */
@NullMarked
package dev.weir.it.bench;

import org.jspecify.annotations.NullMarked;
