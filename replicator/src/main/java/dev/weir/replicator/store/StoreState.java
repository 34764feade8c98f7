package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
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
        StoreState state = Files.exists(storeFile) ? look(storeFile) : ABSENT;
        if (state != WHOLE && state != IN_USE) {
            WholeMark.remove(storeFile);
        }
        return state;
    }

    private static StoreState look(Path storeFile) throws IOException {
        Optional<StoreHeader> header = StoreHeader.read(storeFile);
        if (header.isEmpty()) {
            return DOUBTFUL;
        }
        WholeMark.Versions marked = WholeMark.read(storeFile);
        if (marked.store() != header.get().created()) {
            return header.get().closed() ? CLOSED : DOUBTFUL;
        }
        Set<Long> candidates = marked.numbers();
        try (MVStore store =
                new MVStore.Builder().fileName(storeFile.toString()).readOnly().open()) {
            long newest = store.getCurrentVersion();
            LOG.info("event=store_not_closed store={} version={} whole={}", storeFile, newest, marked.numbers());
            if (marked.numbers().contains(newest)) {
                return WHOLE;
            }
            // A version that H2 does not find cannot be taken back to; asked for one, it may never return.
            candidates = candidates.stream().filter(number -> number < newest).collect(Collectors.toSet());
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                return IN_USE;
            }
            LOG.warn("event=store_not_readable store={} reason=\"{}\"", storeFile, e.getMessage());
        } catch (StackOverflowError e) {
            // H2 looks for a chunk that is gone in the very map whose chunk it is, without end.
            LOG.warn("event=store_not_readable store={} reason=\"a chunk is missing\"", storeFile);
        }
        boolean closedByOthers = header.get().closed();
        return !closedByOthers && new TakingBack(storeFile).toOneOf(candidates) ? WHOLE : DOUBTFUL;
    }
}
