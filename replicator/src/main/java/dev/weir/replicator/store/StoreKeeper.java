package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes an open store in a file of this JVM in H2's stead, so that what a crash leaves is whole: H2 writes by itself only when its buffer is full. A store in memory has nothing to
 * keep, and every flush succeeds. See DESIGN.md of this package. Confined to one thread.
 */
public final class StoreKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreKeeper.class);

    /** The databases open in this JVM that were whole when they were opened, or have been made good since. */
    private static final Set<Database> TRUSTED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private static final long LEAST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long MOST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(64);

    /** After so long without a whole version, one that may not be whole is better than none. */
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

    /** A version that turns out not to be whole is at once followed by another, so many in all. */
    private static final int VERSIONS_AT_ONCE = 3;

    /** How much a file grows at least before the space of dead chunks in it is used again. */
    private static final long LEAST_GROWTH = 256L * 1024 * 1024;

    private final Database database;
    private final MVStore store;
    private final @Nullable Path file;
    private final @Nullable Stillness stillness;
    private final Compaction compaction;
    private @Nullable String filePassword;
    private @Nullable WholeMark mark;
    private WholeMark.@Nullable Version closedBefore;
    private int writeDelay;
    private int retention;
    private long marked = -1;
    private boolean isWritten = true;
    private long patience = LEAST_PATIENCE;
    private long busySince;

    StoreKeeper(Database database, @Nullable Path file, @Nullable Stillness stillness, long leastGrowth) {
        this.database = database;
        this.store = database.getStore().getMvStore();
        this.file = file;
        this.stillness = stillness;
        this.compaction = new Compaction(store, leastGrowth);
        if (file != null) {
            takeOver();
        }
    }

    /**
     * Keeps a store that several sessions may write to.
     *
     * @param connection a session of the store, whose database is in this JVM
     * @param file the store's file; null for one in memory
     * @param filePassword of an encrypted store; null if it is not encrypted
     * @param found what the file held before it was opened
     * @throws SQLException 08001 if the database is in another process
     */
    public static StoreKeeper ofShared(
            Connection connection, @Nullable Path file, @Nullable String filePassword, StoreState found)
            throws SQLException {
        Database database = databaseOf(connection);
        return new StoreKeeper(database, file, new Stillness(database), LEAST_GROWTH).found(found, filePassword);
    }

    /** The same for a store that is not encrypted. */
    public static StoreKeeper ofShared(Connection connection, @Nullable Path file, StoreState found)
            throws SQLException {
        return ofShared(connection, file, null, found);
    }

    /** Keeps a store that only the calling thread writes to, and only while it does not call {@link #flush}; else as {@link #ofShared}. */
    public static StoreKeeper ofSoleWriter(
            Connection connection, @Nullable Path file, @Nullable String filePassword, StoreState found)
            throws SQLException {
        return new StoreKeeper(databaseOf(connection), file, null, LEAST_GROWTH).found(found, filePassword);
    }

    /** The same for a store that is not encrypted. */
    public static StoreKeeper ofSoleWriter(Connection connection, @Nullable Path file, StoreState found)
            throws SQLException {
        return ofSoleWriter(connection, file, null, found);
    }

    private StoreKeeper found(StoreState state, @Nullable String password) throws SQLException {
        filePassword = password;
        if (state.isWhole()) {
            trust();
        }
        if (state == StoreState.CLOSED && file != null) {
            try {
                store.executeFilestoreOperation(() -> closedBefore = closedVersion());
            } catch (MVStoreException e) {
                throw new SQLException("The store " + file + " cannot be written: " + e.getMessage(), "08001", e);
            }
        }
        return this;
    }

    /** The version that the store was closed at, which has everything and which no mark names; null if H2 has written another since it opened the store. */
    private WholeMark.@Nullable Version closedVersion() {
        Map<String, Object> header = store.getStoreHeader();
        return header.containsKey("clean")
                ? new WholeMark.Version(numberOf(header, "version"), System.currentTimeMillis() - createdAt(header))
                : null;
    }

    private static Database databaseOf(Connection connection) throws SQLException {
        if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
            return session.getDatabase();
        }
        throw new SQLException(
                "The store is open in another process; end that process, or connect to it as to a server", "08001");
    }

    /** Whether every transaction is in the store entirely or not at all. */
    public boolean isTrusted() {
        return TRUSTED.contains(database);
    }

    /** Notes that what a crash may have left of transactions no longer matters. */
    public void trust() {
        TRUSTED.add(database);
    }

    /** Whether H2 has written by itself since the newest whole version, so that a crash now would leave doubt. */
    public boolean isOvertaken() {
        return file != null && store.getCurrentVersion() != marked;
    }

    /**
     * Writes everything that is committed to the disk, as a whole version. Blocks for as long as that takes; sessions of the database are held up until the version has been taken, for some milliseconds
     * at most.
     *
     * @return whether that was done; if not, because sessions were busy all the time, call it again a little later
     * @throws SQLException 08001 if the store cannot be written
     */
    public boolean flush() throws SQLException {
        Path kept = file;
        if (kept == null) {
            return true;
        }
        try {
            takeOver();
            boolean compacting = compaction.begin();
            Written written = writeVersion(kept);
            if (compacting && written != Written.NOTHING) {
                compaction.shorten();
                written = writeVersion(kept);
                if (written == Written.NOTHING) {
                    store.commit();
                    write();
                }
            }
            return written == Written.WHOLE;
        } catch (IOException | MVStoreException e) {
            throw new SQLException("The store " + file + " cannot be flushed: " + e.getMessage(), "08001", e);
        }
    }

    private enum Written {
        WHOLE,
        NOT_WHOLE,
        NOTHING
    }

    private Written writeVersion(Path kept) throws IOException {
        boolean whole = take(kept);
        patience = whole ? Math.max(LEAST_PATIENCE, patience / 2) : Math.min(MOST_PATIENCE, 2 * patience);
        if (whole) {
            busySince = 0;
            if (!isWritten) {
                write();
            }
            return Written.WHOLE;
        }
        if (!isBusyForLong()) {
            return Written.NOTHING;
        }
        LOG.warn(
                "event=flush_not_whole store={} reason=\"statements have been writing without a pause\" delay={} effect=\"a crash before the next flush leaves doubt\"",
                kept,
                LONGEST_DELAY);
        store.commit();
        write();
        return Written.NOT_WHOLE;
    }

    private boolean isBusyForLong() {
        long now = System.nanoTime();
        if (busySince == 0) {
            busySince = now;
        }
        return now - busySince > LONGEST_DELAY.toNanos();
    }

    /** Each session that connects with WRITE_DELAY in its URL wakes H2's own writer. That dead chunks are let go of at once does no harm where their space is not reused. */
    private void takeOver() {
        store.setReuseSpace(false);
        if (store.getRetentionTime() != 0) {
            retention = store.getRetentionTime();
            store.setRetentionTime(0);
        }
        if (store.getAutoCommitDelay() != Integer.MAX_VALUE) {
            writeDelay = store.getAutoCommitDelay();
            store.setAutoCommitDelay(Integer.MAX_VALUE);
        }
    }

    /** H2 serializes and writes on threads of its own; this returns behind all of it. */
    private void write() throws IOException {
        store.executeFilestoreOperation(() -> {});
        store.sync();
        if (mark != null) {
            mark.force();
        }
        isWritten = true;
        busySince = 0;
    }

    private static long createdAt(Map<String, Object> header) {
        return numberOf(header, "created");
    }

    /** H2 holds what it has read from the file as hexadecimal text, and what it has set as a number. */
    private static long numberOf(Map<String, Object> header, String field) {
        Object value = header.get(field);
        return value instanceof Number number ? number.longValue() : Long.parseLong(String.valueOf(value), 16);
    }

    private boolean isWholePossible() {
        return stillness == null || Stillness.isPossible();
    }

    /** How long a caller should wait before it tries again after a flush that came to nothing, in nanoseconds. */
    public long pauseNanos() {
        return patience;
    }

    /**
     * Takes a version, or the newest one if it has everything, and marks it if it is whole. H2's serializing and writing stand still meanwhile, so that the mark is
     * there before the version is, and all chunks before it are, which its layout must name.
     */
    private boolean take(Path kept) throws IOException {
        Taking taking = new Taking(kept);
        for (int attempt = 0; attempt < VERSIONS_AT_ONCE && !taking.whole; attempt++) {
            long before = taking.version;
            store.executeFilestoreOperation(taking);
            if (taking.failure != null) {
                throw taking.failure;
            }
            if (taking.version == before) {
                break;
            }
        }
        return taking.whole;
    }

    private final class Taking implements Runnable {
        private final Path kept;
        private long version = -1;
        private boolean whole;
        private @Nullable IOException failure;

        Taking(Path kept) {
            this.kept = kept;
        }

        @Override
        public void run() {
            if (stillness == null || !isWholePossible()) {
                takeVersion();
                whole = version >= 0;
            } else {
                whole = stillness.act(patience, this::takeVersion) && version >= 0;
            }
            try {
                if (whole && version != marked) {
                    mark();
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        private void takeVersion() {
            version = store.tryCommit();
            if (version < 0 && !store.hasUnsavedChanges()) {
                version = store.getCurrentVersion();
            }
        }

        private void mark() throws IOException {
            isWritten = false;
            marked = version;
            if (!isWholePossible()) {
                return;
            }
            long created = createdAt(store.getStoreHeader());
            WholeMark.Version taken = new WholeMark.Version(version, System.currentTimeMillis() - created);
            if (mark == null) {
                mark = WholeMark.follow(kept, created, taken, closedBefore);
            } else {
                mark.write(taken);
            }
        }
    }

    /**
     * Stops keeping the store, and lets H2 write again by itself. Call it when the store has been closed or is left to others.
     *
     * @throws SQLException 08001 if the mark cannot be removed
     */
    @Override
    public void close() throws SQLException {
        Path kept = file;
        if (kept == null) {
            return;
        }
        try {
            if (mark != null) {
                mark.close();
            }
            if (!store.isClosed()) {
                store.setReuseSpace(true);
                store.setRetentionTime(retention);
                store.setAutoCommitDelay(writeDelay);
                WholeMark.remove(kept);
            } else if (!Files.exists(kept)) {
                WholeMark.remove(kept);
            } else if (StoreHeader.read(kept, filePassword)
                    .map(StoreHeader::closed)
                    .orElse(false)) {
                // Forced, since H2 may have met an error when it did so: without its mark a close that the disk has
                // only half of would be believed.
                StoreFile.force(kept);
                WholeMark.remove(kept);
            }
        } catch (IOException | MVStoreException e) {
            throw new SQLException("The mark of store " + kept + " cannot be removed: " + e.getMessage(), "08001", e);
        }
    }
}
