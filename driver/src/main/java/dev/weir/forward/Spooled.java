package dev.weir.forward;

/** A stream or reader whose whole content is in memory, so that it can be read again. Confined to one connection. */
sealed interface Spooled permits SpooledBytes, SpooledChars {
    /** Goes back to the beginning. */
    void rewind();

    /** Whose it is to rewind: to anybody else it is a stream like others. */
    ParameterSlots owner();
}
