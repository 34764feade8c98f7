package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file beside a store that tells its newest whole versions. It stands there while a keeper has the store open, and after a crash. Two records take turns, so
 * that a crash amid a write leaves the other. Confined to one thread.
 */
final class WholeMark implements AutoCloseable {
    private static final String STORE_SUFFIX = ".mv.db";
    private static final String SUFFIX = ".whole";
    private static final int FIELD_BYTES = 3 * Long.BYTES;
    private static final int RECORD_BYTES = FIELD_BYTES + Long.BYTES;

    /**
     * The newest whole versions of a store. Immutable.
     *
     * @param store tells this store's file from others that may take its place: when H2 created it, in milliseconds since 1970; 0 if there is no mark
     * @param newestFirst the newest that has been forced to the disk, and perhaps one that may not have reached it
     */
    record Versions(long store, List<Version> newestFirst) {}

    /**
     * A whole version. Immutable.
     *
     * @param number H2's number of it; given again if the version does not survive a crash
     * @param time when it was taken or before, in milliseconds since the store was created
     */
    record Version(long number, long time) {}

    private final FileChannel channel;
    private final long store;
    private int turn = 1;

    private WholeMark(FileChannel channel, long store) {
        this.channel = channel;
        this.store = store;
    }

    /** Where the mark of a store stands. */
    static Path fileOf(Path storeFile) {
        String name = String.valueOf(storeFile.getFileName());
        String base = name.endsWith(STORE_SUFFIX) ? name.substring(0, name.length() - STORE_SUFFIX.length()) : name;
        return storeFile.resolveSibling(base + SUFFIX);
    }

    /** Marks this version of a store and no other, in place of whatever mark there was. */
    static WholeMark begin(Path storeFile, long store, Version version) throws IOException {
        return begin(storeFile, store, version, null);
    }

    /**
     * Marks this version of a store, and the newest older one that is marked already: it is what a crash leaves if this one is not written whole.
     *
     * @param closed an older version that is whole without a mark; null if there is none
     */
    static WholeMark follow(Path storeFile, long store, Version version, @Nullable Version closed) throws IOException {
        Versions marked = read(storeFile);
        Version older = marked.newestFirst().stream()
                .filter(known -> marked.store() == store && known.number() < version.number())
                .findFirst()
                .orElse(closed == null || closed.number() >= version.number() ? null : closed);
        return begin(storeFile, store, version, older);
    }

    private static WholeMark begin(Path storeFile, long store, Version version, @Nullable Version older)
            throws IOException {
        Path file = fileOf(storeFile);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(record(store, version));
            if (older != null) {
                channel.write(record(store, older));
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new WholeMark(FileChannel.open(file, StandardOpenOption.WRITE), store);
    }

    /** The versions marked; none if there is no mark, or none that can be read. */
    static Versions read(Path storeFile) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(fileOf(storeFile));
        } catch (NoSuchFileException none) {
            return new Versions(0, List.of());
        }
        long store = 0;
        List<Version> versions = new ArrayList<>();
        for (int at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
            ByteBuffer fields = ByteBuffer.wrap(bytes, at, FIELD_BYTES);
            if (sum(fields.duplicate())
                    == ByteBuffer.wrap(bytes, at + FIELD_BYTES, Long.BYTES).getLong()) {
                store = fields.getLong();
                versions.add(new Version(fields.getLong(), fields.getLong()));
            }
        }
        versions.sort(Comparator.comparingLong(Version::number).reversed());
        return new Versions(store, List.copyOf(versions));
    }

    private static ByteBuffer record(long store, Version version) {
        ByteBuffer bytes = ByteBuffer.allocate(RECORD_BYTES)
                .putLong(store)
                .putLong(version.number())
                .putLong(version.time());
        long sum = sum(bytes.duplicate().flip());
        return bytes.putLong(sum).flip();
    }

    private static long sum(ByteBuffer fields) {
        CRC32C sum = new CRC32C();
        sum.update(fields);
        return sum.getValue();
    }

    /** Marks a newer version, in place of the older of the two; survives a crash of the process when this returns. */
    void write(Version version) throws IOException {
        channel.write(record(store, version), (long) turn * RECORD_BYTES);
        turn = 1 - turn;
    }

    /** Makes what was written survive a crash of the machine. */
    void force() throws IOException {
        channel.force(false);
    }

    /** Takes the mark away: the store is closed in order, or no longer kept. */
    static void remove(Path storeFile) throws IOException {
        Files.deleteIfExists(fileOf(storeFile));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
