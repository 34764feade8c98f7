/** Operating system processes of the test clusters: started, signalled, cleaned up. */
@NullMarked
package dev.weir.it.process;

import org.jspecify.annotations.NullMarked;
