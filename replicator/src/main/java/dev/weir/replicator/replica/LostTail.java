package dev.weir.replicator.replica;

import dev.weir.log.EntryState;
import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.EntryText;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica holds of a history that its primary does not have, such as that of an earlier opening of its store which was lost: written to a file beside the replica's store, as SQL that people can
 * read and run, before the replica is copied anew. Confined to one thread.
 */
final class LostTail {
    private static final Logger LOG = LoggerFactory.getLogger(LostTail.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final ReplicaSite site;
    private final RecentEntries recent;

    LostTail(ReplicaSite site, RecentEntries recent) {
        this.site = site;
        this.recent = recent;
    }

    /**
     * Writes the file, if there is anything to write.
     *
     * @return where it is
     * @throws SQLException 08001 if it cannot be written
     */
    Optional<Path> save(LogSource primary) throws SQLException {
        Deque<LogTransaction> lost = new ArrayDeque<>();
        boolean complete = false;
        List<LogTransaction> kept = recent.all();
        long head = primary.head().lsn().value();
        for (int i = kept.size() - 1; i >= 0 && !complete; i--) {
            LogTransaction entry = kept.get(i);
            Optional<Position> same = primary.position(entry.lsn());
            // What the log no longer reaches back to cannot be told; it has been on the primary.
            if (same.map(own -> isSame(own, entry)).orElse(entry.lsn().value() <= head)) {
                complete = true;
            } else {
                lost.addFirst(entry);
            }
        }
        if (lost.isEmpty()) {
            return Optional.empty();
        }
        complete |= isFork(primary, lost.getFirst());
        Path file = fileOf(lost);
        write(file, lost, complete);
        LOG.error(
                "event=lost_entries replica={} first={} last={} file={} reason=\"the primary does not have them\" effect=\"the replica is copied anew; what it alone held is in the file\"",
                site.name(),
                lost.getFirst().lsn(),
                lost.getLast().lsn(),
                file);
        return Optional.of(file);
    }

    private static boolean isSame(Position own, LogTransaction entry) {
        return own.epoch().equals(entry.epoch())
                && own.incarnation().equals(entry.incarnation())
                && own.digest() == entry.chain();
    }

    /** Whether the primary has the entry before this one, by the digest chain. */
    private static boolean isFork(LogSource primary, LogTransaction first) throws SQLException {
        if (first.lsn().value() == 1) {
            return true;
        }
        long chainBefore = Long.rotateRight(first.chain() ^ first.hash(), 1);
        return primary.position(new Lsn(first.lsn().value() - 1))
                .map(before -> before.digest() == chainBefore)
                .orElse(false);
    }

    private Path fileOf(Deque<LogTransaction> lost) {
        Path store = site.store().file();
        String name = String.valueOf(store.getFileName());
        return store.resolveSibling(name.substring(0, name.length() - ".mv.db".length()) + ".lost-"
                + lost.getFirst().lsn() + "-" + lost.getLast().lsn() + "-" + TIME.format(Instant.now()) + ".sql");
    }

    private void write(Path file, Deque<LogTransaction> lost, boolean complete) throws SQLException {
        try (FileChannel channel = FileChannel.open(
                        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly());
                Writer out = Channels.newWriter(channel, StandardCharsets.UTF_8)) {
            out.write("-- What replica " + site.name() + " held and its primary does not have: entries "
                    + lost.getFirst().lsn() + " to " + lost.getLast().lsn() + ".\n");
            if (!complete) {
                out.write("-- Entries before the first may be lost as well; the replica had not kept them.\n");
            }
            for (LogTransaction entry : lost) {
                out.write("\n-- entry " + entry.lsn() + ", committed " + entry.committedAt() + " on " + entry.origin()
                        + ", epoch " + entry.epoch() + ", incarnation " + entry.incarnation()
                        + (entry.state() == EntryState.CANCELLED ? ", cancelled: it changed nothing" : "") + "\n");
                if (entry.body().size() == 0) {
                    out.write("-- its statements were too long to be kept\n");
                    continue;
                }
                for (String statement : EntryText.statements(entry)) {
                    out.write(statement + ";\n");
                }
            }
            out.flush();
            channel.force(true);
        } catch (IOException e) {
            throw new SQLException(
                    "What replica " + site.name() + " alone holds cannot be written to " + file
                            + ", so it is not copied anew: " + e.getMessage(),
                    "08001",
                    e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
