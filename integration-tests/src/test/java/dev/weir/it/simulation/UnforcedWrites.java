package dev.weir.it.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What was done to one file since it was last forced, which a loss of power may undo in part. Confined to the disk's monitor. */
final class UnforcedWrites {
    private static final int SECTOR_BYTES = 512;

    /** One change. Immutable. */
    private static final class Change {
        /** The file's size before. */
        private final long size;
        /** Where it was changed. */
        private final long position;
        /** What was there. */
        private final byte[] before;
        /** What has been written; nothing if the file was cut here. */
        private final byte[] after;

        Change(long size, long position, byte[] before, byte[] after) {
            this.size = size;
            this.position = position;
            this.before = before;
            this.after = after;
        }

        byte[] undo(byte[] content) {
            byte[] undone = Arrays.copyOf(content, (int) size);
            System.arraycopy(before, 0, undone, (int) position, before.length);
            return undone;
        }

        /** @param length how much of it reaches the disk */
        byte[] redo(byte[] content, int length) {
            if (after.length == 0) {
                return content.length > position ? Arrays.copyOf(content, (int) position) : content;
            }
            byte[] redone = Arrays.copyOf(content, Math.max(content.length, (int) position + length));
            System.arraycopy(after, 0, redone, (int) position, length);
            return redone;
        }
    }

    private final List<Change> changes = new ArrayList<>();

    /** Notes a change before it is made. */
    void note(FileChannel file, long position, byte[] after) throws IOException {
        long size = file.size();
        long end = after.length == 0 ? size : Math.min(size, position + after.length);
        byte[] before = new byte[(int) Math.max(0, end - position)];
        ByteBuffer target = ByteBuffer.wrap(before);
        while (target.hasRemaining() && file.read(target, position + target.position()) > 0) {
            // until all is read
        }
        changes.add(new Change(size, position, before, after));
    }

    void forget() {
        changes.clear();
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Leaves in the file what a loss of power may leave: none of the changes, the first few, or any of them, some torn between sectors. */
    void lose(Path path, SplittableRandom random) throws IOException {
        byte[] content = Files.readAllBytes(path);
        for (int i = changes.size() - 1; i >= 0; i--) {
            content = changes.get(i).undo(content);
        }
        int inOrder = random.nextInt(3) == 0 ? random.nextInt(changes.size() + 1) : -1;
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            boolean kept = inOrder >= 0 ? i < inOrder : random.nextBoolean();
            boolean torn = inOrder >= 0 ? i == inOrder - 1 && random.nextBoolean() : random.nextInt(4) == 0;
            if (kept) {
                content = change.redo(content, torn ? sectors(change.after, random) : change.after.length);
            }
        }
        Files.write(path, content);
        changes.clear();
    }

    private static int sectors(byte[] written, SplittableRandom random) {
        return random.nextInt(written.length / SECTOR_BYTES + 1) * SECTOR_BYTES;
    }
}
