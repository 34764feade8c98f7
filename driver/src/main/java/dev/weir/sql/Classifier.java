package dev.weir.sql;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Tells what SQL texts are, and remembers it: by text, and by what is left of a text without its literals. Thread-safe; a text
 * seen before costs a few nanoseconds, no allocation and no lock. It never starts a thread, never blocks, and settles any text
 * in milliseconds.
 */
public final class Classifier {
    /** Texts longer than this many characters are known by their fingerprint alone. */
    private static final int LONGEST_CACHED = 2048;

    private static final int MOST_TEXTS = 2048;
    private static final int MOST_FINGERPRINTS = 4096;
    private static final int MOST_REFUSED = 4096;
    private static final int SLOTS = 1024;
    private static final int SIGHTS = 4096;

    private static final AtomicReferenceFieldUpdater<Classifier, Memory> MEMORY =
            AtomicReferenceFieldUpdater.newUpdater(Classifier.class, Memory.class, "memory");

    private final SqlDialect dialect;
    private final Set<String> readOnlyFunctions;
    private final HintReader hints = new HintReader();
    private final Recent<Fingerprint, Classification> refused = new Recent<>(MOST_REFUSED);
    private volatile Memory memory;

    /**
     * A classifier that knows nothing of the catalog yet.
     *
     * @param readOnlyFunctions the functions that the user vouches for: {@code f} for the call {@code f(...)}, {@code s.f} for
     *     {@code s.f(...)}
     */
    public Classifier(SqlDialect dialect, Set<String> readOnlyFunctions) {
        this.dialect = dialect;
        this.readOnlyFunctions = Set.copyOf(readOnlyFunctions);
        Schema unknown = new Schema(List.of(), Syntax.of(dialect));
        Catalog nothing = Effects.of(dialect, unknown, readOnlyFunctions).withMentions(Mentions.UNKNOWN);
        this.memory = Memory.of(0, dialect, nothing, Set.of());
    }

    /** What a text is. The same text gives the same object as long as it is remembered. */
    public Classification classify(String sql) {
        Memory known = memory;
        if (sql.length() > LONGEST_CACHED) {
            return read(known, sql, false);
        }
        int hash = sql.hashCode();
        int slot = slot(hash) & (SLOTS - 1);
        Entry entry = known.recent[slot];
        if (entry != null && entry.text.equals(sql)) {
            return entry.classification;
        }
        int sight = slot(hash) & (SIGHTS - 1);
        if (known.seen[sight] != hash) {
            // Most likely a text with new literals, which will not come again and is known by its fingerprint.
            known.seen[sight] = hash;
            return read(known, sql, true);
        }
        Classification classification = known.texts.get(sql);
        if (classification == null) {
            classification = read(known, sql, true);
        }
        known.recent[slot] = new Entry(sql, classification);
        return classification;
    }

    /**
     * The statements of a text that holds several.
     *
     * @return null if where they end is in doubt, or if the text numbers its parameters itself
     */
    public @Nullable List<StatementPart> parts(String sql) {
        return StatementPart.of(sql, memory.lexer(sql));
    }

    /** Raised whenever verdicts may have changed, so that who keeps one knows when to ask again. */
    public int generation() {
        return memory.generation;
    }

    /**
     * Takes over what the primary's catalog says now and forgets every verdict that rests on the catalog before. Takes some
     * microseconds for each definition, in the calling thread.
     */
    public void update(Schema schema) {
        update(Effects.of(dialect, schema, readOnlyFunctions));
    }

    void update(Catalog catalog) {
        MEMORY.updateAndGet(this, old -> Memory.of(old.generation + 1, dialect, catalog, old.primaryTables));
    }

    /** Remembers a table that only the primary has and every session sees: whatever names it goes there from now on. */
    public void learnPrimaryTable(String name) {
        if (!memory.primaryTables.contains(name)) {
            MEMORY.updateAndGet(this, old -> old.with(dialect, name));
        }
    }

    /**
     * Remembers that a replica refused a text that was taken for a plain read, as one that writes (SQLSTATE 25006 on PostgreSQL,
     * 90096 and 90097 on H2): it and its like go to the primary from now on.
     */
    public void learnRefusal(String sql) {
        Lexer lexer = memory.lexer(sql);
        Fingerprint fingerprint = Fingerprint.read(sql, lexer);
        if (!lexer.isBroken()) {
            refused.put(fingerprint, Classification.of(Kind.PRIMARY_READ, "a replica refused it as a write"));
        }
        MEMORY.updateAndGet(this, Memory::withoutTexts);
    }

    private Classification read(Memory known, String sql, boolean cacheable) {
        Lexer lexer = known.lexer(sql);
        Fingerprint fingerprint = Fingerprint.read(sql, lexer);
        Hint hint = hints.read(lexer);
        Classification base = lexer.isBroken() ? null : remembered(known, fingerprint);
        boolean fresh = base == null;
        if (base == null) {
            Classification same = cacheable ? known.texts.get(sql) : null;
            if (same != null) {
                return same;
            }
            base = known.classifier.classify(sql);
        }
        boolean reusable = !lexer.isBroken() && isReusable(known, base);
        if (fresh && reusable) {
            known.fingerprints.put(fingerprint, base);
        }
        Classification classification = base.withHint(hint);
        if (cacheable && (!reusable || !lexer.hasSeenLiterals())) {
            known.texts.put(sql, classification);
        }
        return classification;
    }

    private @Nullable Classification remembered(Memory known, Fingerprint fingerprint) {
        Classification base = refused.get(fingerprint);
        return base != null ? base : known.fingerprints.get(fingerprint);
    }

    /** Whether a verdict holds for every text of the same fingerprint: nothing in it may quote a literal. */
    private static boolean isReusable(Memory known, Classification base) {
        return switch (base.kind()) {
            case READ, PRIMARY_READ -> true;
            case CALL -> !base.reason().equals(StatementClassifier.BLOCK);
            case WRITE ->
                base.write() == null
                        || (base.write().delta() == null
                                && !hasLiterals(known, base.write().where()));
            default -> false;
        };
    }

    private static boolean hasLiterals(Memory known, String text) {
        if (text.isEmpty()) {
            return false;
        }
        Lexer lexer = known.lexer(text);
        Fingerprint.read(text, lexer);
        return lexer.hasSeenLiterals();
    }

    private static int slot(int hash) {
        return hash ^ (hash >>> 15);
    }

    /** What is remembered under one catalog. Entries are immutable, so that a racing read of a slot sees a whole one or none. */
    private static final class Memory {
        private final int generation;
        private final Syntax syntax;
        private final TextClassifier classifier;
        private final Catalog catalog;
        private final Set<String> primaryTables;
        private final Recent<Fingerprint, Classification> fingerprints;
        private final Recent<String, Classification> texts = new Recent<>(MOST_TEXTS);
        private final @Nullable Entry[] recent = new @Nullable Entry[SLOTS];

        /** Hashes of texts that were seen before, so that only what comes again is remembered by its text; a lost one costs a reading. */
        private final int[] seen = new int[SIGHTS];

        private Memory(
                int generation,
                Syntax syntax,
                TextClassifier classifier,
                Catalog catalog,
                Set<String> primaryTables,
                Recent<Fingerprint, Classification> fingerprints) {
            this.generation = generation;
            this.syntax = syntax;
            this.classifier = classifier;
            this.catalog = catalog;
            this.primaryTables = primaryTables;
            this.fingerprints = fingerprints;
        }

        static Memory of(int generation, SqlDialect dialect, Catalog catalog, Set<String> primaryTables) {
            return new Memory(
                    generation,
                    catalog.syntax(),
                    new TextClassifier(dialect, catalog.withRelations(primaryTables)),
                    catalog,
                    primaryTables,
                    new Recent<>(MOST_FINGERPRINTS));
        }

        Memory withoutTexts() {
            return new Memory(generation + 1, syntax, classifier, catalog, primaryTables, fingerprints);
        }

        Memory with(SqlDialect dialect, String primaryTable) {
            Set<String> tables = new HashSet<>(primaryTables);
            tables.add(primaryTable);
            return of(generation + 1, dialect, catalog, Set.copyOf(tables));
        }

        Lexer lexer(String sql) {
            return Lexer.of(sql, syntax);
        }
    }

    private record Entry(String text, Classification classification) {}
}
