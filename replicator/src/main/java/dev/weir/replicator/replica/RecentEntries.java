package dev.weir.replicator.replica;

import dev.weir.log.EntryKind;
import dev.weir.log.EntryState;
import dev.weir.log.Epoch;
import dev.weir.log.LogBody;
import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries that a replica has received, in two files beside its store that take turns, so that what it holds can still be told when the primary has lost it. As much as the files take, and
 * nothing for a store in memory or an encrypted one. What a crash of the machine leaves of them ends at the first that is not whole. Confined to one thread.
 */
final class RecentEntries implements AutoCloseable {
    private static final long FILE_BYTES = 16L * 1024 * 1024;
    /** The body of a longer entry is left out. */
    private static final int LONGEST_BODY = 4 * 1024 * 1024;
    /** The bytes of length and sum before each entry. */
    private static final int FRONT = 8;

    private final Path[] files;
    private final long fileBytes;
    private @Nullable FileChannel channel;
    private int turn;

    RecentEntries(ReplicaSite site) {
        this(site, FILE_BYTES);
    }

    RecentEntries(ReplicaSite site, long fileBytes) {
        this.fileBytes = fileBytes;
        if (site.isFile() && site.filePassword() == null) {
            String name = String.valueOf(site.store().file().getFileName());
            String base = name.substring(0, name.length() - ".mv.db".length());
            files = new Path[] {
                site.store().file().resolveSibling(base + ".recent-0"),
                site.store().file().resolveSibling(base + ".recent-1")
            };
        } else {
            files = new Path[0];
        }
    }

    /** Whether any are kept. */
    boolean isKept() {
        return files.length > 0;
    }

    /** Adds entries behind all others. Survives a crash of the process when this returns. */
    void add(List<LogTransaction> entries) throws SQLException {
        if (!isKept() || entries.isEmpty()) {
            return;
        }
        try {
            FileChannel current = channel == null ? open() : channel;
            Frames frames = new Frames();
            for (LogTransaction entry : entries) {
                frames.add(entry);
            }
            ByteBuffer bytes = frames.whole();
            while (bytes.hasRemaining()) {
                current.write(bytes);
            }
            if (current.position() > fileBytes) {
                current.close();
                turn = 1 - turn;
                channel = truncated(files[turn]);
            }
        } catch (IOException e) {
            throw failure("written", e);
        }
    }

    private static FileChannel truncated(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /** Goes on behind the newest whole entry. */
    private FileChannel open() throws IOException {
        long[] newest = new long[files.length];
        long[] ends = new long[files.length];
        for (int i = 0; i < files.length; i++) {
            List<LogTransaction> found = new ArrayList<>();
            ends[i] = read(files[i], found);
            newest[i] = found.isEmpty() ? 0 : found.get(found.size() - 1).lsn().value();
        }
        turn = newest[1] > newest[0] ? 1 : 0;
        FileChannel opened = FileChannel.open(files[turn], StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        opened.truncate(ends[turn]);
        opened.position(ends[turn]);
        channel = opened;
        return opened;
    }

    /** Entries as they stand in a file: each its length, its sum, its fields. */
    private static final class Frames extends ByteArrayOutputStream {
        private final DataOutputStream out = new DataOutputStream(this);

        void add(LogTransaction entry) throws IOException {
            int start = count;
            out.writeLong(0); // length and sum, which are known when all has been written
            out.writeLong(entry.lsn().value());
            out.writeLong(entry.epoch().number());
            out.writeLong(entry.incarnation().getMostSignificantBits());
            out.writeLong(entry.incarnation().getLeastSignificantBits());
            out.writeUTF(entry.origin());
            out.writeUTF(entry.committedAt().toString());
            out.writeUTF(entry.kind().name());
            out.writeUTF(entry.state().name());
            out.writeLong(entry.chain());
            long size = entry.body().size();
            out.writeInt(size > LONGEST_BODY ? -1 : (int) size);
            if (size <= LONGEST_BODY) {
                out.write(entry.body().part(0, (int) size));
            }
            int length = count - start - FRONT;
            ByteBuffer.wrap(buf, start, FRONT).putInt(length).putInt(sum(buf, start + FRONT, length));
        }

        ByteBuffer whole() {
            return ByteBuffer.wrap(buf, 0, count);
        }
    }

    private static int sum(byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }

    /** All that are kept, in the order of their arrival; a body that was left out is empty. */
    List<LogTransaction> all() throws SQLException {
        List<LogTransaction> first = new ArrayList<>();
        List<LogTransaction> second = new ArrayList<>();
        if (!isKept()) {
            return first;
        }
        try {
            read(files[0], first);
            read(files[1], second);
        } catch (IOException e) {
            throw failure("read", e);
        }
        boolean inOrder = first.isEmpty()
                || second.isEmpty()
                || first.get(0).lsn().compareTo(second.get(0).lsn()) < 0;
        List<LogTransaction> all = new ArrayList<>(inOrder ? first : second);
        all.addAll(inOrder ? second : first);
        return all;
    }

    /** Reads a file's whole entries, and returns where they end. */
    private static long read(Path file, List<LogTransaction> entries) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            return 0;
        }
        int at = 0;
        while (at + FRONT <= bytes.length) {
            ByteBuffer front = ByteBuffer.wrap(bytes, at, FRONT);
            int length = front.getInt();
            int sum = front.getInt();
            int fields = at + FRONT;
            if (length < 0 || length > bytes.length - fields || sum(bytes, fields, length) != sum) {
                break;
            }
            entries.add(entry(new DataInputStream(new ByteArrayInputStream(bytes, fields, length))));
            at = fields + length;
        }
        return at;
    }

    private static LogTransaction entry(DataInputStream in) throws IOException {
        return new LogTransaction(
                new Lsn(in.readLong()),
                new Epoch(in.readLong()),
                new UUID(in.readLong(), in.readLong()),
                in.readUTF(),
                Instant.parse(in.readUTF()),
                EntryKind.valueOf(in.readUTF()),
                EntryState.valueOf(in.readUTF()),
                in.readLong(),
                new LogBody(in.readNBytes(Math.max(0, in.readInt()))));
    }

    /** Forgets all. */
    void clear() throws SQLException {
        close();
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw failure("deleted", e);
        }
    }

    private SQLException failure(String what, IOException cause) {
        return new SQLException(
                "The recent entries beside the replica's store cannot be " + what + ": " + cause.getMessage(),
                "08001",
                cause);
    }

    @Override
    public void close() throws SQLException {
        try {
            if (channel != null) {
                channel.close();
                channel = null;
            }
        } catch (IOException e) {
            throw failure("closed", e);
        }
    }
}
