package dev.weir.replicator.replica;

import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreDefinitions;
import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The only user that may write on a replica, its password, and the settings the replica's store is opened with. For a store in a file both stand in a file
 * next to it that only the owner may read, so that the replica can be opened again, even while its primary is away. Immutable; {@link #toString} tells no secret.
 */
final class ApplierAccount {
    static final String USER = StoreDefinitions.APPLIER;

    private static final int SECRET_BYTES = 24;
    private static final String SUFFIX = ".applier";

    private final String password;
    private final List<String> settings;

    private ApplierAccount(String password, List<String> settings) {
        this.password = password;
        this.settings = List.copyOf(settings);
    }

    /** Opens a site's store under this account. */
    Connection open(ReplicaSite site) throws SQLException {
        StoreUrl store = site.store().withSettings(settings);
        String filePassword = site.filePassword();
        return filePassword == null
                ? Sessions.open(store, USER, password)
                : Sessions.open(store.encrypted(), USER, filePassword + " " + password);
    }

    /** The account that the replica has been opened with before; empty if it has not been, or lives in memory. */
    static Optional<ApplierAccount> find(ReplicaSite site) throws SQLException {
        if (!site.isFile()) {
            return Optional.empty();
        }
        Path file = fileOf(site);
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            return Optional.of(new ApplierAccount(lines.get(0), lines.subList(1, lines.size())));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException e) {
            throw new SQLException(
                    "Replica " + site.name() + " cannot read its applier's account from " + file, "08001", e);
        }
    }

    /** Makes a new account and writes it down if the store is a file. */
    static ApplierAccount create(ReplicaSite site, List<String> settings) throws SQLException {
        ApplierAccount account = new ApplierAccount(newSecret(), settings);
        if (site.isFile()) {
            account.write(fileOf(site));
        }
        return account;
    }

    static Path fileOf(ReplicaSite site) {
        Path data = site.store().file();
        String name = data.getFileName().toString();
        return data.resolveSibling(name.substring(0, name.length() - ".mv.db".length()) + SUFFIX);
    }

    private void write(Path file) throws SQLException {
        String text = password + "\n" + String.join("\n", settings) + "\n";
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SQLException(
                    "The applier's account cannot be written to " + file + "; check the directory", "08001", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    @Override
    public String toString() {
        return USER;
    }
}
