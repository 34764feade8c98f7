package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a store's file holds, asked before H2 opens it. See DESIGN.md of this package. */
public enum StoreState {
    /** There is no file. */
    ABSENT,
    /** It was closed in order. */
    CLOSED,
    /** It was not, but what H2 will find is a version that a keeper has made whole, to which it has been taken back if need be. */
    WHOLE,
    /** It was not, and may hold parts of transactions. */
    DOUBTFUL,
    /** Somebody has it open; what they found when they opened it is not known. */
    IN_USE;

    private static final Logger LOG = LoggerFactory.getLogger(StoreState.class);

    /** Whether every transaction is there entirely or not at all. */
    public boolean isWhole() {
        return this == ABSENT || this == CLOSED || this == WHOLE;
    }

    /**
     * Looks at a store's file, and takes it back to its newest whole version if H2 has written by itself since. Blocks. Removes a mark that says nothing any more.
     *
     * @throws IOException if the files cannot be read
     */
    public static StoreState of(Path storeFile) throws IOException {
        return of(storeFile, null);
    }

    /** The same for a store that may be encrypted with a password; null if it is not. */
    public static StoreState of(Path storeFile, @Nullable String filePassword) throws IOException {
        StoreState state = Files.exists(storeFile) ? look(storeFile, filePassword) : ABSENT;
        if (state != WHOLE && state != IN_USE) {
            WholeMark.remove(storeFile);
        }
        return state;
    }

    private static StoreState look(Path storeFile, @Nullable String filePassword) throws IOException {
        Optional<StoreHeader> header = StoreHeader.read(storeFile, filePassword);
        if (header.isEmpty()) {
            return DOUBTFUL;
        }
        WholeMark.Versions marked = WholeMark.read(storeFile);
        if (marked.store() != header.get().created()) {
            return header.get().closed() ? CLOSED : DOUBTFUL;
        }
        if (!header.get().closed()) {
            // Only of a store that was kept: all its versions are appended, so that H2 finds them without a header.
            StoreFile.withdrawHalfClose(storeFile, filePassword);
        }
        try {
            if (backToOneOf(marked, storeFile, filePassword, header.get().closed())) {
                return WHOLE;
            }
            return isClosedBefore(marked, header.get()) ? CLOSED : DOUBTFUL;
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                return IN_USE;
            }
            throw new IOException("The store " + storeFile + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Takes the file back to the newest of these versions, and tells whether there was one; if not, the file is as it was. One that was closed since then is not taken back: whoever
     * did that has answered for what H2 had found.
     */
    private static boolean backToOneOf(
            WholeMark.Versions marked, Path storeFile, @Nullable String filePassword, boolean closed)
            throws IOException {
        long size = StoreFile.sizeOf(storeFile, filePassword);
        for (WholeMark.Version version : marked.newestFirst()) {
            OptionalLong chunkEnd = StoreFile.endOf(version, storeFile, filePassword);
            if (chunkEnd.isEmpty()) {
                continue;
            }
            long end = closed || !isFound(version, storeFile, filePassword, chunkEnd.getAsLong())
                    ? size
                    : chunkEnd.getAsLong();
            if (end < size || isFound(version, storeFile, filePassword, size)) {
                StoreFile.cut(storeFile, filePassword, end);
                // H2 will give the numbers above it again, to versions that nobody has called whole.
                WholeMark.begin(storeFile, marked.store(), version).close();
                LOG.info("event=store_not_closed store={} whole={} of={}", storeFile, version, marked.newestFirst());
                return true;
            }
        }
        LOG.warn("event=store_not_marked store={} marked={}", storeFile, marked.newestFirst());
        return false;
    }

    /** Whether the store was closed in order, opened again, and then nothing of what was marked has been written whole: H2 opens what was closed. */
    private static boolean isClosedBefore(WholeMark.Versions marked, StoreHeader header) {
        return header.closed()
                && marked.newestFirst().stream().allMatch(version -> version.number() > header.version());
    }

    private static boolean isFound(WholeMark.Version version, Path storeFile, @Nullable String filePassword, long end) {
        return StoreFile.newestVersion(storeFile, filePassword, end).equals(OptionalLong.of(version.number()));
    }
}
