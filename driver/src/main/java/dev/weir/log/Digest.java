package dev.weir.log;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The chained digest by which a replica proves that it has applied the same entries, in the same order, as its primary.
 * The primary advances the chain in SQL ({@link WeirSchema#HEAD} column DIGEST); the replica recomputes it. Pure functions; thread-safe.
 */
public final class Digest {
    private static final int PART = 64 * 1024;

    private Digest() {}

    /** The chain after an entry, given the chain before it and the entry's own hash. */
    public static long next(long chain, long entryHash) {
        return Long.rotateLeft(chain, 1) ^ entryHash;
    }

    /** The hash of one entry: two independent 32-bit sums over kind and body. */
    public static long of(EntryKind kind, byte[] body) {
        CRC32C high = new CRC32C();
        CRC32 low = new CRC32();
        high.update(kind.code());
        low.update(kind.code());
        high.update(body, 0, body.length);
        low.update(body, 0, body.length);
        return (high.getValue() << 32) | low.getValue();
    }

    /** The same for a body that may be long. */
    static long of(EntryKind kind, Content body) {
        CRC32C high = new CRC32C();
        CRC32 low = new CRC32();
        high.update(kind.code());
        low.update(kind.code());
        byte[] part = new byte[(int) Math.min(PART, body.size())];
        for (long position = 0; position < body.size(); ) {
            int count = body.read(position, part, 0, part.length);
            high.update(part, 0, count);
            low.update(part, 0, count);
            position += count;
        }
        return (high.getValue() << 32) | low.getValue();
    }
}
