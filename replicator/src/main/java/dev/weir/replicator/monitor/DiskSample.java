package dev.weir.replicator.monitor;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The room left where a store of this machine lies. Immutable.
 *
 * @param node whose store it is
 */
public record DiskSample(String node, long usableBytes, long totalBytes) {
    /** Asks the file system; empty if it does not tell. */
    static Optional<DiskSample> of(String node, Path file) {
        Path directory = file.toAbsolutePath().getParent();
        try {
            FileStore store = Files.getFileStore(directory == null ? file : directory);
            return Optional.of(new DiskSample(node, store.getUsableSpace(), store.getTotalSpace()));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
