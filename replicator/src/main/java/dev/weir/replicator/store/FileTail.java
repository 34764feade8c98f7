package dev.weir.replicator.store;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last chunks of a store's file, which move into free space before them so that the file becomes shorter. H2's own choice is those with most free space around them, wherever they are; the file becomes shorter
 * only if one move takes all that is in its way.
 */
final class FileTail {
    private static final Logger LOG = LoggerFactory.getLogger(FileTail.class);
    private static final long BLOCK_BYTES = StoreHeader.BLOCK_BYTES;

    /** Null if this version of H2 has no such parts; then H2 chooses. */
    private static final @Nullable Parts PARTS = Parts.find();

    private FileTail() {}

    /** H2's private parts that move given chunks. */
    private record Parts(MethodHandle lock, MethodHandle chunks, MethodHandle move) {
        static @Nullable Parts find() {
            try {
                MethodHandles.Lookup stores = MethodHandles.privateLookupIn(FileStore.class, MethodHandles.lookup());
                MethodHandles.Lookup files =
                        MethodHandles.privateLookupIn(RandomAccessStore.class, MethodHandles.lookup());
                return new Parts(
                        stores.findGetter(FileStore.class, "saveChunkLock", ReentrantLock.class),
                        stores.findVirtual(FileStore.class, "getChunks", MethodType.methodType(ConcurrentMap.class)),
                        files.findVirtual(
                                RandomAccessStore.class,
                                "compactMoveChunks",
                                MethodType.methodType(void.class, Iterable.class)));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.warn(
                        "event=no_file_tail reason=\"this version of H2 has no such part ({})\" effect=\"large files are compacted less\"",
                        e.getMessage());
                return null;
            }
        }
    }

    /** Moves what is alive in the last so many bytes. The store must be allowed to reuse space. */
    static void moveForward(RandomAccessStore file, MVStore store, long bytes) {
        Parts parts = PARTS;
        if (parts == null) {
            file.compactMoveChunks(100, bytes, store);
            return;
        }
        file.compactMoveChunks(100, 0, store); // moves nothing, but lets go of unused chunks
        store.executeFilestoreOperation(() -> {
            ReentrantLock lock = (ReentrantLock) Objects.requireNonNull(invoke(parts.lock, file));
            lock.lock();
            try {
                List<SFChunk> last = last((Map<?, ?>) Objects.requireNonNull(invoke(parts.chunks, file)), bytes);
                if (!last.isEmpty()) {
                    invoke(parts.move, file, last);
                }
            } finally {
                lock.unlock();
            }
        });
    }

    /** The last chunks that together have at most so many bytes, the first of them first. */
    private static List<SFChunk> last(Map<?, ?> chunks, long bytes) {
        List<SFChunk> byPosition = new ArrayList<>();
        for (Object chunk : chunks.values()) {
            if (chunk instanceof SFChunk placed && placed.block != 0) {
                byPosition.add(placed);
            }
        }
        byPosition.sort(Comparator.comparingLong(chunk -> chunk.block));
        int first = byPosition.size();
        long left = bytes / BLOCK_BYTES;
        while (first > 0 && byPosition.get(first - 1).len <= left) {
            first--;
            left -= byPosition.get(first).len;
        }
        return byPosition.subList(first, byPosition.size());
    }

    private static @Nullable Object invoke(MethodHandle part, Object... arguments) {
        try {
            return part.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new IllegalStateException("A part of H2 has failed", impossible);
        }
    }
}
