package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a store's file back to an older version, from the moment before H2 wrote by itself. H2 writes a new header for that and touches nothing else, so that what turns out
 * not to work is undone by writing the old header again. Confined to one thread.
 */
final class TakingBack {
    private static final Logger LOG = LoggerFactory.getLogger(TakingBack.class);
    private static final int HEADER_BYTES = 2 * 4096;

    private final Path storeFile;

    TakingBack(Path storeFile) {
        this.storeFile = storeFile;
    }

    /** Takes the store back to the newest of these versions that H2 still has. Tells whether there was one; if not, the file is as it was. */
    boolean toOneOf(Set<Long> versions) throws IOException {
        for (long version :
                versions.stream().sorted((a, b) -> Long.compare(b, a)).toList()) {
            if (to(version)) {
                return true;
            }
        }
        return false;
    }

    private boolean to(long version) throws IOException {
        try (FileChannel file = FileChannel.open(storeFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            file.read(header, 0);
            if (rollBack(version) && newest() == version) {
                LOG.info(
                        "event=store_taken_back store={} version={} reason=\"what H2 wrote after it may hold parts of transactions\"",
                        storeFile,
                        version);
                return true;
            }
            file.write(header.rewind(), 0);
            file.force(false);
            return false;
        }
    }

    private boolean rollBack(long version) {
        MVStore store = null;
        try {
            store = new MVStore.Builder()
                    .fileName(storeFile.toString())
                    .autoCommitDisabled()
                    .open();
            store.rollbackTo(version);
            return true;
        } catch (MVStoreException | IllegalArgumentException | StackOverflowError e) {
            // H2 looks for a chunk that is gone in the very map whose chunk it is, without end.
            LOG.warn(
                    "event=store_not_taken_back store={} version={} reason=\"{}\"",
                    storeFile,
                    version,
                    e.getClass().getSimpleName());
            return false;
        } finally {
            if (store != null) {
                store.closeImmediately();
            }
        }
    }

    /** The version that H2 finds, if everything that leads to its tables can be read. */
    private long newest() {
        try (MVStore store =
                new MVStore.Builder().fileName(storeFile.toString()).readOnly().open()) {
            return store.getMapNames().isEmpty() ? -1 : store.getCurrentVersion();
        } catch (MVStoreException | StackOverflowError e) {
            return -1;
        }
    }
}
