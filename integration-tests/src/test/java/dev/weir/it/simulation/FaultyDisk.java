package dev.weir.it.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.h2.store.fs.FilePath;

/**
 * The disk of one machine, a directory. It keeps apart what was written and what was forced; it fails at a moment that the simulation chooses, amid a write if need be, and from then on does nothing
 * more. Then what was not forced may be lost. It forces nothing itself, for the machine that the simulation runs on does not crash. Thread-safe.
 */
final class FaultyDisk implements AutoCloseable {
    private static final Map<Path, FaultyDisk> DISKS = new ConcurrentHashMap<>();
    private static final String STORE = ".mv.db";
    private static final String MARK = ".whole";
    private static final int NEVER = -1;

    private final Path directory;
    private final VirtualTime time;
    private final SplittableRandom random;
    private final Map<Object, UnforcedWrites> files = new HashMap<>();
    /** The marks beside the stores as they were when the store was last forced; a new one is forced before it takes its name. */
    private final Map<Object, byte[]> marks = new HashMap<>();

    /** The marks as they were when the power went; a process that outlives that in the simulation removes none. */
    private final Map<Path, byte[]> marksAtEnd = new HashMap<>();

    private int left = NEVER;
    private boolean off;
    private boolean slow;
    private boolean lying;
    private long operations;

    FaultyDisk(Path directory, VirtualTime time, SplittableRandom random) throws IOException {
        this.directory = directory.toRealPath();
        this.time = time;
        this.random = random;
        DISKS.put(this.directory, this);
    }

    /** The disk that holds a file. */
    static FaultyDisk holding(Path file) throws IOException {
        FaultyDisk disk = DISKS.get(file.toAbsolutePath().normalize().getParent());
        if (disk == null) {
            throw new IOException("No simulated disk holds " + file);
        }
        return disk;
    }

    synchronized FileChannel open(FilePath file, String mode) throws IOException {
        requirePower();
        FileChannel opened = file.open(mode);
        Object key = keyOf(Path.of(file.toString()));
        return new FaultyFile(this, opened, files.computeIfAbsent(key, any -> new UnforcedWrites()));
    }

    synchronized void requirePower() throws IOException {
        if (off) {
            throw new IOException("The simulated machine has no power");
        }
    }

    synchronized void write(FileChannel file, UnforcedWrites unforced, long position, byte[] bytes) throws IOException {
        boolean last = isLast();
        byte[] reaching = last ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
        if (reaching.length > 0) {
            unforced.note(file, position, reaching);
            ByteBuffer source = ByteBuffer.wrap(reaching);
            while (source.hasRemaining()) {
                file.write(source, position + source.position());
            }
        }
        endIf(last);
    }

    synchronized void truncate(FileChannel file, UnforcedWrites unforced, long size) throws IOException {
        boolean last = isLast();
        if (size < file.size() && !(last && random.nextBoolean())) {
            unforced.note(file, size, new byte[0]);
            file.truncate(size);
        }
        endIf(last);
    }

    synchronized void force(UnforcedWrites unforced) throws IOException {
        boolean last = isLast();
        if (slow) {
            time.pass(Duration.ofMillis(random.nextInt(3_000)));
        }
        if (!lying && !(last && random.nextBoolean())) {
            unforced.forget();
        }
        endIf(last);
        for (Path mark : marksThere()) {
            marks.put(keyOf(mark), Files.readAllBytes(mark));
        }
    }

    private boolean isLast() throws IOException {
        requirePower();
        operations++;
        if (left > 0) {
            left--;
        }
        return left == 0;
    }

    private void endIf(boolean last) throws IOException {
        if (last) {
            turnOff();
            requirePower();
        }
    }

    private void turnOff() throws IOException {
        if (off) {
            return;
        }
        off = true;
        for (Path mark : marksThere()) {
            marksAtEnd.put(mark, Files.readAllBytes(mark));
        }
    }

    /** What tells a file from others, whatever its name. */
    private static Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private List<Path> marksThere() throws IOException {
        return filesEndingIn(MARK);
    }

    private List<Path> filesEndingIn(String suffix) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /** Lets the machine fail in its n-th write, cut or force from now. */
    synchronized void failIn(int operation) {
        left = operation;
    }

    /** Lets the machine fail now. */
    synchronized void fail() {
        try {
            turnOff();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized boolean isOff() {
        return off;
    }

    /** Whether forcing takes up to three seconds from now on. */
    synchronized void setSlow(boolean slow) {
        this.slow = slow;
    }

    /** Lets the disk claim from now on to have forced what it has not. */
    synchronized void lie() {
        lying = true;
    }

    /** How many writes, cuts and forces there have been. */
    synchronized long operations() {
        return operations;
    }

    /**
     * Starts the machine again after a failure. Nothing of it may have a file open.
     *
     * @param powerLost whether what was not forced is in danger, rather than only the process gone
     */
    synchronized void restart(boolean powerLost) throws IOException {
        for (Map.Entry<Path, byte[]> mark : marksAtEnd.entrySet()) {
            if (Files.notExists(mark.getKey())) {
                Files.write(mark.getKey(), mark.getValue());
            }
        }
        marksAtEnd.clear();
        if (powerLost) {
            for (Path file : filesEndingIn(STORE)) {
                Object key =
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey();
                UnforcedWrites unforced = files.get(key);
                if (unforced != null && !unforced.isEmpty()) {
                    unforced.lose(file, random);
                }
            }
            for (Path mark : marksThere()) {
                loseMark(mark);
            }
        }
        left = NEVER;
        off = false;
        slow = false;
    }

    private void loseMark(Path mark) throws IOException {
        byte[] forced = marks.get(keyOf(mark));
        byte[] written = Files.readAllBytes(mark);
        if (forced == null || Arrays.equals(forced, written) || forced.length > written.length) {
            return;
        }
        byte[] content = random.nextBoolean() ? forced : Arrays.copyOf(written, random.nextInt(written.length + 1));
        if (content.length < forced.length) {
            int kept = content.length;
            content = Arrays.copyOf(content, forced.length);
            System.arraycopy(forced, kept, content, kept, forced.length - kept);
        }
        Files.write(mark, content);
    }

    @Override
    public void close() {
        DISKS.remove(directory);
    }
}
