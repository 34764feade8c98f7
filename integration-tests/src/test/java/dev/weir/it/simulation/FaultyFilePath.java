package dev.weir.it.simulation;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** H2's file system {@code faulty:}, whose files are on a {@link FaultyDisk}. H2 makes instances of it. Confined to one thread. */
public final class FaultyFilePath extends FilePathWrapper {
    static final String SCHEME = "faulty";

    /** Makes H2 know the file system; doing it again changes nothing. */
    static void register() {
        FilePath.register(new FaultyFilePath());
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        FilePath file = getBase();
        return FaultyDisk.holding(Path.of(file.toString())).open(file, mode);
    }
}
