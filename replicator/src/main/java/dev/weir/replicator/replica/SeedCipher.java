package dev.weir.replicator.replica;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.CipherOutputStream;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Keeps files beside an encrypted store from being read without its password: AES in counter mode under a key derived from it. Thread-safe: holds nothing. */
final class SeedCipher {
    private static final int SALT_BYTES = 16;
    private static final int VECTOR_BYTES = 16;
    private static final int KEY_BITS = 256;
    private static final int ITERATIONS = 100_000;

    private SeedCipher() {}

    /** A stream that encrypts; the stream itself if there is no password. */
    static OutputStream encrypt(OutputStream file, @Nullable String password) throws IOException {
        if (password == null) {
            return file;
        }
        byte[] front = new byte[SALT_BYTES + VECTOR_BYTES];
        new SecureRandom().nextBytes(front);
        file.write(front);
        return new CipherOutputStream(file, cipher(Cipher.ENCRYPT_MODE, password, front));
    }

    /** A stream that decrypts; the stream itself if there is no password. */
    static InputStream decrypt(InputStream file, @Nullable String password) throws IOException {
        if (password == null) {
            return file;
        }
        byte[] front = file.readNBytes(SALT_BYTES + VECTOR_BYTES);
        if (front.length < SALT_BYTES + VECTOR_BYTES) {
            throw new IOException("The encrypted file ends within its first " + front.length + " bytes");
        }
        return new CipherInputStream(file, cipher(Cipher.DECRYPT_MODE, password, front));
    }

    private static Cipher cipher(int mode, String password, byte[] front) throws IOException {
        try {
            byte[] salt = new byte[SALT_BYTES];
            System.arraycopy(front, 0, salt, 0, SALT_BYTES);
            byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, KEY_BITS))
                    .getEncoded();
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(front, SALT_BYTES, VECTOR_BYTES));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IOException("This Java has no AES or no PBKDF2: " + e.getMessage(), e);
        }
    }
}
