package dev.weir.log;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A temporary file of this process, which only its user may read, in the directory that java.io.tmpdir names. What stands in it is encrypted (AES, counter mode) with a key that is never written anywhere, since the database may
 * be. It is taken from the directory at once where the operating system allows that, so that no crash leaves it behind. Not a channel, which an interrupt would close. Confined to one thread.
 */
final class SpillFile implements AutoCloseable {
    private static final int BLOCK = 16;
    private static final int PIECE = 8 * 1024;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final RandomAccessFile file;
    private final boolean unlinked;
    private final SecretKeySpec key = newKey();
    private final byte[] buffer = new byte[PIECE];

    private SpillFile(Path path, RandomAccessFile file, boolean unlinked) {
        this.path = path;
        this.file = file;
        this.unlinked = unlinked;
    }

    static SpillFile create() {
        try {
            Path path = Files.createTempFile("weir-", ".log");
            return new SpillFile(path, new RandomAccessFile(path.toFile(), "rw"), unlink(path));
        } catch (IOException e) {
            throw failure("created", e);
        }
    }

    private static boolean unlink(Path path) {
        try {
            return Files.deleteIfExists(path);
        } catch (IOException open) {
            // Windows keeps a file that is open; close() deletes it.
            return false;
        }
    }

    void write(long position, byte[] bytes, int offset, int length) {
        try {
            Cipher cipher = cipher(position);
            file.seek(position);
            for (int done = 0; done < length; ) {
                int count = cipher.update(bytes, offset + done, Math.min(PIECE, length - done), buffer);
                file.write(buffer, 0, count);
                done += count;
            }
        } catch (IOException e) {
            throw failure("written", e);
        } catch (GeneralSecurityException e) {
            throw noCipher(e);
        }
    }

    int read(long position, byte[] target, int offset, int length) {
        try {
            file.seek(position);
            int count = file.read(target, offset, length);
            if (count > 0) {
                cipher(position).update(target, offset, count, target, offset);
            }
            return count;
        } catch (IOException e) {
            throw failure("read", e);
        } catch (GeneralSecurityException e) {
            throw noCipher(e);
        }
    }

    /** What stands in the file itself. */
    byte[] raw(long position, int length) {
        try {
            byte[] bytes = new byte[length];
            file.seek(position);
            file.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    private static SecretKeySpec newKey() {
        byte[] key = new byte[BLOCK];
        RANDOM.nextBytes(key);
        return new SecretKeySpec(key, "AES");
    }

    /** One that is at a place of the file: the counter is the number of the block. */
    private Cipher cipher(long position) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        byte[] counter =
                ByteBuffer.allocate(BLOCK).putLong(Long.BYTES, position / BLOCK).array();
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
        int within = (int) (position % BLOCK);
        if (within > 0) {
            cipher.update(new byte[within]);
        }
        return cipher;
    }

    private static IllegalStateException noCipher(GeneralSecurityException e) {
        return new IllegalStateException("Every Java platform has AES in counter mode", e);
    }

    void truncate(long size) {
        try {
            file.setLength(size);
        } catch (IOException e) {
            throw failure("cut", e);
        }
    }

    private static UncheckedIOException failure(String what, IOException e) {
        return new UncheckedIOException(
                "A temporary file for a large log entry cannot be " + what + " in "
                        + System.getProperty("java.io.tmpdir") + ": " + e.getMessage()
                        + "; make room there, or name another directory with -Djava.io.tmpdir",
                e);
    }

    @Override
    public void close() {
        try {
            file.close();
            if (!unlinked) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw failure("removed", e);
        }
    }
}
