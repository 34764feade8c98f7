package dev.weir.log;

/** Bytes that can be read at any position, again and again. Confined to one thread unless the implementation says otherwise. */
interface Content {
    long size();

    /**
     * Reads some bytes.
     *
     * @return how many, at least 1; -1 at the end
     * @throws java.io.UncheckedIOException if they are in a file that cannot be read
     */
    int read(long position, byte[] target, int offset, int length);

    /** Lets go of what holds the bytes. */
    void close();
}
