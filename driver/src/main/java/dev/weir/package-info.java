/** What an application touches: the driver, the data source, the connection properties, and what unwrap gives. */
@NullMarked
package dev.weir;

import org.jspecify.annotations.NullMarked;
