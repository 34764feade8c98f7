package dev.weir.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes that grow at their end, and are cut there: in memory, and what is beyond a limit in a temporary file, so that any number takes the same memory. Confined to one thread. */
final class Spill implements Content {
    /** How many bytes stay in memory at most, but for those appended at once. */
    static final int MEMORY = 1024 * 1024;

    private static final int FIRST = 256;
    private static final int KEPT = 64 * 1024;

    private byte[] tail = new byte[FIRST];
    private int count;
    /** How many bytes stand before the tail, in the file. */
    private long filed;

    private @Nullable SpillFile file;

    @Override
    public long size() {
        return filed + count;
    }

    /** Makes room for more bytes, which the caller then writes into {@link #tail} at {@link #end} and counts with {@link #advance}. */
    void ensure(int more) {
        if (count >= MEMORY) {
            spill();
        }
        int needed = Math.addExact(count, more);
        if (needed > tail.length) {
            tail = Arrays.copyOf(tail, (int) Math.min(Integer.MAX_VALUE - 16L, Math.max(needed, tail.length * 2L)));
        }
    }

    byte[] tail() {
        return tail;
    }

    int end() {
        return count;
    }

    void advance(int end) {
        count = end;
    }

    void append(byte[] bytes, int offset, int length) {
        ensure(length);
        System.arraycopy(bytes, offset, tail, count, length);
        count += length;
    }

    private void spill() {
        SpillFile target = file;
        if (target == null) {
            target = SpillFile.create();
            file = target;
        }
        target.write(filed, tail, 0, count);
        filed += count;
        count = 0;
    }

    /** Forgets everything behind a size. */
    void truncate(long size) {
        if (size >= filed) {
            count = (int) (size - filed);
        } else if (size == 0) {
            close();
        } else {
            if (file != null) {
                file.truncate(size);
            }
            filed = size;
            count = 0;
        }
        if (size == 0 && tail.length > KEPT) {
            tail = new byte[FIRST];
        }
    }

    boolean isInMemory() {
        return filed == 0;
    }

    /** All of it; only if it is in memory. */
    byte[] toByteArray() {
        if (filed > 0) {
            throw new IllegalStateException("A log body of " + size() + " bytes is asked for whole");
        }
        return Arrays.copyOf(tail, count);
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
        if (position < filed && file != null) {
            return file.read(position, target, offset, (int) Math.min(length, filed - position));
        }
        int from = (int) (position - filed);
        if (from >= count) {
            return -1;
        }
        int read = Math.min(length, count - from);
        System.arraycopy(tail, from, target, offset, read);
        return read;
    }

    @Override
    public void close() {
        SpillFile old = file;
        file = null;
        filed = 0;
        count = 0;
        if (old != null) {
            old.close();
        }
    }
}
