package dev.weir.it.load;

/**
 * A read that did not see what had been acknowledged before it began. Immutable.
 *
 * @param writer whose mark was read
 * @param seen the round that it had
 * @param due the round that it should have had, or a later one
 * @param own whether the writer itself read
 */
public record Miss(int writer, long seen, long due, boolean own) {}
