/** An example of a causal token in an HTTP header: a servlet filter, two Spring services, and the test that they keep a session's promise between them. */
@NullMarked
package dev.weir.it.web;

import org.jspecify.annotations.NullMarked;
