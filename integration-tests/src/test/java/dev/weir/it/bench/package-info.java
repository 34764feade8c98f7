/** What Weir costs, measured with JMH beside the plain driver and HikariCP. */
@NullMarked
package dev.weir.it.bench;

import org.jspecify.annotations.NullMarked;
