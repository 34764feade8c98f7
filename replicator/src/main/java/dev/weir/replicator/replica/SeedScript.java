package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import dev.weir.replicator.source.Snapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A primary's script in a file beside the store that is made from it, so that the making can be taken up again after a crash. The file has its name only once it is whole. Encrypted if the store
 * is. Confined to one thread.
 */
final class SeedScript {
    private static final String SUFFIX = "-seed.script";
    private static final Pattern HEAD_ROW = Pattern.compile(
            "INSERT INTO \"?WEIR\"?\\.\"?HEAD\"?.*VALUES\\s*\\(1, ([0-9]+),.*",
            Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    private static final String LOB_TABLE = "CREATE CACHED LOCAL TEMPORARY TABLE IF NOT EXISTS SYSTEM_LOB_STREAM";

    private final Path file;
    private final @Nullable String password;

    /**
     * What a whole script says of itself. Immutable.
     *
     * @param lsn the position of the copy
     * @param lobs whether parts of it are in a temporary table, so that loading it cannot begin in the middle
     */
    record Facts(UUID cluster, long statements, long rows, Lsn lsn, boolean lobs) {}

    SeedScript(ReplicaSite site) {
        String name = String.valueOf(site.store().file().getFileName());
        this.file = site.store().file().resolveSibling(name.substring(0, name.length() - ".mv.db".length()) + SUFFIX);
        this.password = site.filePassword();
    }

    /** Takes what a snapshot streams; call {@link #finish} when that has ended well. */
    final class Writing implements Snapshot.Sink, AutoCloseable {
        private final SeedMeter meter;
        private final FileChannel channel;
        private final DataOutputStream out;
        private long statements;
        private long lsn = -1;
        private boolean lobs;

        Writing(SeedMeter meter) throws SQLException {
            this.meter = meter;
            try {
                Files.createDirectories(file.getParent());
                this.channel = FileChannel.open(
                        fresh(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                this.out = new DataOutputStream(new BufferedOutputStream(
                        new GZIPOutputStream(SeedCipher.encrypt(Channels.newOutputStream(channel), password), 1 << 16),
                        1 << 16));
            } catch (IOException e) {
                throw failure("written", e);
            }
        }

        @Override
        public void accept(String statement) throws SQLException {
            byte[] text = statement.getBytes(StandardCharsets.UTF_8);
            try {
                out.writeInt(text.length);
                out.write(text);
            } catch (IOException e) {
                throw failure("written", e);
            }
            statements++;
            if (statement.startsWith("INSERT ")) {
                meter.row();
                Matcher head = HEAD_ROW.matcher(statement.length() > 1_000 ? "" : statement);
                if (head.matches()) {
                    lsn = Long.parseLong(head.group(1));
                }
            }
            lobs |= statement.startsWith(LOB_TABLE);
        }

        /** Gives the file its name. Survives a crash of the machine when this returns. */
        void finish(UUID cluster) throws SQLException {
            if (lsn < 0) {
                throw new SQLException("The copy does not hold WEIR.HEAD", "02000");
            }
            try {
                out.writeInt(-1);
                out.close();
                try (FileChannel facts = FileChannel.open(
                                factsFile(),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                        DataOutputStream text = new DataOutputStream(Channels.newOutputStream(facts))) {
                    text.writeUTF(cluster.toString());
                    text.writeLong(statements);
                    text.writeLong(meter.rows());
                    text.writeLong(lsn);
                    text.writeBoolean(lobs);
                    facts.force(true);
                }
                try (FileChannel written = FileChannel.open(fresh(), StandardOpenOption.WRITE)) {
                    written.force(true);
                }
                Files.move(fresh(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw failure("written", e);
            }
        }

        @Override
        public void close() throws SQLException {
            try {
                channel.close();
            } catch (IOException e) {
                throw failure("closed", e);
            }
        }
    }

    /** What a whole script says of itself; null if there is none. */
    @Nullable Facts facts() throws SQLException {
        if (!Files.exists(file)) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(Files.newInputStream(factsFile()))) {
            return new Facts(
                    UUID.fromString(in.readUTF()),
                    in.readLong(),
                    in.readLong(),
                    new Lsn(in.readLong()),
                    in.readBoolean());
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /**
     * Gives the statements in order, without the first ones.
     *
     * @throws SQLException 08001 if the file cannot be read to its end
     */
    void stream(long skip, Snapshot.Sink sink) throws SQLException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                DataInputStream in = new DataInputStream(new BufferedInputStream(
                        new GZIPInputStream(SeedCipher.decrypt(raw, password), 1 << 16), 1 << 16))) {
            long at = 0;
            for (int length = in.readInt(); length >= 0; length = in.readInt()) {
                byte[] text = in.readNBytes(length);
                if (text.length < length) {
                    throw new EOFException("it ends within statement " + at);
                }
                if (++at > skip) {
                    sink.accept(new String(text, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** Removes the script, whole or not. */
    void delete() throws SQLException {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(factsFile());
            Files.deleteIfExists(fresh());
        } catch (IOException e) {
            throw failure("deleted", e);
        }
    }

    private Path fresh() {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private Path factsFile() {
        return file.resolveSibling(file.getFileName() + ".facts");
    }

    private SQLException failure(String what, IOException cause) {
        return new SQLException(
                "The copied script " + file + " cannot be " + what + ": " + cause.getMessage(), "08001", cause);
    }
}
