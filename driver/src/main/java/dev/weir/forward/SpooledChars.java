package dev.weir.forward;

import java.io.CharArrayReader;

/** Characters that can be read again, whoever has read, marked or closed them. Confined to one connection. */
final class SpooledChars extends CharArrayReader implements Spooled {
    private final ParameterSlots owner;

    SpooledChars(char[] content, ParameterSlots owner) {
        super(content);
        this.owner = owner;
    }

    @Override
    public ParameterSlots owner() {
        return owner;
    }

    @Override
    public void rewind() {
        pos = 0;
        markedPos = 0;
    }

    /** Keeps the content. */
    @Override
    public void close() {}
}
