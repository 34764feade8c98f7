package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;
import org.h2.store.fs.encrypt.FileEncrypt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store's file as H2 would see it if it ended at some byte. A keeper only appends to the file, so that an older version is the file up to that version's end. Confined to one
 * thread.
 */
final class StoreFile extends SingleFileStore {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);
    private static final int BLOCK_BYTES = StoreHeader.BLOCK_BYTES;

    /** The blocks of the two headers. */
    private static final int HEADER_BLOCKS = 2;

    private final long end;

    private StoreFile(Path path, @Nullable String filePassword, long end) {
        super(Map.of());
        this.end = end;
        open(path.toString(), true, filePassword == null ? null : filePassword.toCharArray());
        saveChunkLock.lock();
        try {
            setSize(Math.min(size(), end));
        } finally {
            saveChunkLock.unlock();
        }
    }

    /**
     * The version that H2 would find; empty if it would not find its way to the tables.
     *
     * @throws MVStoreException with {@link DataUtils#ERROR_FILE_LOCKED} if somebody has the file open
     */
    static OptionalLong newestVersion(Path path, @Nullable String filePassword, long end) {
        StoreFile file = new StoreFile(path, filePassword, end);
        try (MVStore store = new MVStore.Builder().readOnly().fileStore(file).open()) {
            return store.getMapNames().isEmpty() ? OptionalLong.empty() : OptionalLong.of(store.getCurrentVersion());
        } catch (MVStoreException | StackOverflowError e) {
            // H2 looks for a chunk that is gone in the very map whose chunk it is, without end.
            LOG.warn(
                    "event=store_not_readable store={} bytes={} reason=\"{}\"",
                    path,
                    end,
                    e instanceof MVStoreException ? e.getMessage() : "a chunk is missing");
            return OptionalLong.empty();
        } finally {
            file.close();
        }
    }

    /**
     * Where the version's chunk ends, in bytes from the start of the file; empty if it is not there, or not all of it.
     *
     * @throws MVStoreException with {@link DataUtils#ERROR_FILE_LOCKED} if somebody has the file open
     */
    static OptionalLong endOf(WholeMark.Version version, Path path, @Nullable String filePassword) {
        StoreFile file = new StoreFile(path, filePassword, Long.MAX_VALUE);
        try {
            long block = file.size() / BLOCK_BYTES;
            while (block > HEADER_BLOCKS) {
                SFChunk chunk = file.chunkBefore(block);
                if (chunk != null && chunk.version == version.number() && chunk.time <= version.time()) {
                    return OptionalLong.of(block * BLOCK_BYTES);
                }
                block = chunk == null ? block - 1 : chunk.block;
            }
            return OptionalLong.empty();
        } finally {
            file.close();
        }
    }

    /** How long the store is, without what encryption puts in front of it. */
    static long sizeOf(Path path, @Nullable String filePassword) throws IOException {
        return Math.max(0, Files.size(path) - frontOf(filePassword));
    }

    /** The bytes before the store's own first one. */
    private static int frontOf(@Nullable String filePassword) {
        return filePassword == null ? 0 : FileEncrypt.BLOCK_SIZE;
    }

    /** Puts on the disk what the operating system still holds of a file. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Cuts the store in the file to so many bytes. What is left of it survives a crash of the machine when this returns. */
    static void cut(Path path, @Nullable String filePassword, long storeEnd) throws IOException {
        long end = storeEnd + frontOf(filePassword);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new IOException("The store " + path + " has been opened by another process just now");
            }
            if (channel.size() > end) {
                LOG.info("event=store_cut store={} bytes={} before={}", path, end, channel.size());
                channel.truncate(end);
            }
            // Also what a process that was killed had written and not forced.
            channel.force(true);
        }
    }

    /**
     * Withdraws a close that has come no further than the first of the two headers: if the version that it names is not there, H2 takes the older one that the second names for that which was closed,
     * and forgets all versions in between. Survives a crash of the machine when this returns. Does nothing while somebody has the file open.
     */
    static void withdrawHalfClose(Path path, @Nullable String filePassword) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                withdrawHalfClose(StoreHeader.blocks(channel, path, filePassword), path);
            }
        } catch (OverlappingFileLockException open) {
            LOG.debug("event=store_in_use store={}", path);
        }
    }

    private static void withdrawHalfClose(FileChannel blocks, Path path) throws IOException {
        ByteBuffer headers = ByteBuffer.allocate(HEADER_BLOCKS * BLOCK_BYTES);
        while (headers.hasRemaining() && blocks.read(headers, headers.position()) > 0) {
            // until both are read
        }
        if (!headers.hasRemaining() && StoreHeader.isHalfClosed(headers.array())) {
            LOG.info("event=half_close_withdrawn store={}", path);
            ByteBuffer second = ByteBuffer.wrap(headers.array(), BLOCK_BYTES, BLOCK_BYTES);
            for (int written = 0; written < BLOCK_BYTES; ) {
                written += blocks.write(second, written);
            }
            blocks.force(true);
        }
    }

    private @Nullable SFChunk chunkBefore(long block) {
        SFChunk chunk = readChunkFooter(block);
        return chunk == null ? null : readChunkHeaderAndFooter(chunk.block, chunk.id);
    }

    @Override
    public ByteBuffer readFully(@Nullable SFChunk chunk, long position, int length) {
        if (position + length > end) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_READING_FAILED,
                    "Reading {0} bytes at {1}, beyond the end at {2}",
                    length,
                    position,
                    end);
        }
        return super.readFully(chunk, position, length);
    }
}
