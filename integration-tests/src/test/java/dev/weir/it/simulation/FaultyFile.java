package dev.weir.it.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;

/** An open file of a {@link FaultyDisk}. Thread-safe, as H2 needs it. */
final class FaultyFile extends FileBaseDefault {
    private final FaultyDisk disk;
    private final FileChannel file;
    private final UnforcedWrites unforced;

    FaultyFile(FaultyDisk disk, FileChannel file, UnforcedWrites unforced) {
        this.disk = disk;
        this.file = file;
        this.unforced = unforced;
    }

    @Override
    public long size() throws IOException {
        disk.requirePower();
        return file.size();
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        disk.requirePower();
        return file.read(target, position);
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        disk.write(file, unforced, position, bytes);
        return bytes.length;
    }

    @Override
    protected void implTruncate(long size) throws IOException {
        disk.truncate(file, unforced, size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
        disk.force(unforced);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
