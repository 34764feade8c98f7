package dev.weir.it.app;

import org.jspecify.annotations.Nullable;

/**
 * A statement that a replica was asked to execute by the application's user. Immutable.
 *
 * @param error what the replica answered if it failed; null if it did not
 */
record Seen(String node, String sql, @Nullable String error) {}
