package dev.weir.replicator.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.h2.store.fs.encrypt.FileEncrypt;
import org.h2.store.fs.encrypt.FilePathEncrypt;
import org.jspecify.annotations.Nullable;

/**
 * What the first blocks of a store's file say: H2 writes the header twice, as text of hexadecimal numbers. Immutable.
 *
 * @param created when H2 created the file, in milliseconds since 1970
 * @param version the newest version that the header knows of; 0 if none
 * @param closed whether H2 has closed the store in order and nothing was written since
 */
record StoreHeader(long created, long version, boolean closed) {
    static final int BLOCK_BYTES = 4096;

    /**
     * Reads the headers; empty if neither is one, as when the password is wrong.
     *
     * @param filePassword of an encrypted store; null if it is not encrypted
     */
    static Optional<StoreHeader> read(Path storeFile, @Nullable String filePassword) throws IOException {
        byte[] blocks;
        try (InputStream file = open(storeFile, filePassword)) {
            blocks = file.readNBytes(2 * BLOCK_BYTES);
        }
        Optional<StoreHeader> first = parse(blocks, 0);
        Optional<StoreHeader> second = parse(blocks, BLOCK_BYTES);
        return first.equals(second)
                ? first
                : first.or(() -> second).map(header -> new StoreHeader(header.created(), header.version(), false));
    }

    /** Whether of the two headers only the first tells of a close, so that H2 may take the second's version for the one that was closed. */
    static boolean isHalfClosed(byte[] blocks) {
        Optional<StoreHeader> first = parse(blocks, 0);
        Optional<StoreHeader> second = parse(blocks, BLOCK_BYTES);
        return first.isPresent() && second.isPresent() && first.get().closed() && !first.equals(second);
    }

    private static InputStream open(Path storeFile, @Nullable String filePassword) throws IOException {
        if (filePassword == null) {
            return Files.newInputStream(storeFile);
        }
        return Channels.newInputStream(
                blocks(FileChannel.open(storeFile, StandardOpenOption.READ), storeFile, filePassword));
    }

    /** What a file holds, decrypted. */
    static FileChannel blocks(FileChannel file, Path storeFile, @Nullable String filePassword) throws IOException {
        return filePassword == null
                ? file
                : new FileEncrypt(
                        storeFile.toString(), FilePathEncrypt.getPasswordBytes(filePassword.toCharArray()), file);
    }

    private static Optional<StoreHeader> parse(byte[] blocks, int start) {
        String block = new String(
                blocks,
                Math.min(start, blocks.length),
                Math.max(0, Math.min(BLOCK_BYTES, blocks.length - start)),
                StandardCharsets.ISO_8859_1);
        int end = block.indexOf('\n');
        Map<String, String> fields = new HashMap<>();
        for (String field : block.substring(0, Math.max(0, end)).split(",", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                fields.put(field.substring(0, colon), field.substring(colon + 1));
            }
        }
        try {
            return Optional.of(new StoreHeader(
                    Long.parseLong(fields.getOrDefault("created", ""), 16),
                    Long.parseLong(fields.getOrDefault("version", "0"), 16),
                    "1".equals(fields.get("clean"))));
        } catch (NumberFormatException noHeader) {
            return Optional.empty();
        }
    }
}
