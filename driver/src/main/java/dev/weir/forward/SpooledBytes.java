package dev.weir.forward;

import java.io.ByteArrayInputStream;

/** Bytes that can be read again, whoever has read, marked or closed them. Confined to one connection. */
final class SpooledBytes extends ByteArrayInputStream implements Spooled {
    private final ParameterSlots owner;

    SpooledBytes(byte[] content, ParameterSlots owner) {
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
        mark = 0;
    }
}
