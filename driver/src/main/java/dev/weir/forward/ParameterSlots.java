package dev.weir.forward;

import java.io.InputStream;
import java.io.Reader;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The storage of {@link RecordedParameters}: one slot for each index, then one for each name, in the order they were first set.
 * Confined to one connection.
 */
public abstract sealed class ParameterSlots permits RecordedParameters {
    /** More than either target accepts in one statement: H2 takes 100,000, PostgreSQL 65,535. */
    private static final int MAX_INDEX = 100_000;

    private static final int INITIAL_CAPACITY = 2;
    private static final int MOST_REUSED = 16;

    /** So many unused numbers before those that are used, and behind them, once there were as many changes as this. */
    private static final int PADDING = 16;

    private static final int FREQUENT = 32;

    private static final int VERSION = 0;
    private static final int BOUND = 1;
    private static final int FIRST_SLOT = 2;

    private static final @Nullable Object[] NONE = new @Nullable Object[0];

    private @Nullable ParameterKind[] kinds = new @Nullable ParameterKind[INITIAL_CAPACITY];

    /**
     * The version, the version that is bound, then two for each slot: what is a number of the value, and the version that set it. All that an
     * execution writes is here. That of a statement which is executed again and again is put between unused room, so that it shares no cache
     * line with what other threads read.
     */
    private long[] numbers = new long[FIRST_SLOT + 2 * INITIAL_CAPACITY];

    /** Where in the numbers the version is. */
    private int start;

    /** As long as {@link #kinds} once some value in it is not null, else empty; so is {@link #second}. */
    private @Nullable Object[] first = NONE;

    private @Nullable Object[] second = NONE;
    private int count;
    private int streams;
    private boolean spooled;
    /** The version up to which streams have been consumed, and that at which they could not be spooled. */
    private long consumed;

    private long unspoolable;
    private @Nullable NamedSlots names;

    ParameterSlots() {}

    /** The highest index set; 0 if none. Parameters are numbered from 1 as in JDBC, and some below may be unset. */
    public final int count() {
        return count;
    }

    /** Raised by every change, so that who has bound these values knows which to bind again; 0 before the first. */
    public final long version() {
        return numbers[start + VERSION];
    }

    /** The version that the statement has which executes now. */
    public final long bound() {
        return numbers[start + BOUND];
    }

    /** Says which version the statement has that executes now; 0 for one that has been given no values yet. */
    public final void bound(long version) {
        numbers[start + BOUND] = version;
    }

    /**
     * Whether a value is a stream or reader that is not in memory: binding consumes it, so the parameters can be bound once and must not
     * be bound to another statement afterwards.
     */
    public final boolean hasStreams() {
        return streams > 0;
    }

    /**
     * Takes all streams and readers into memory, so that they can be bound again, unless they hold more than so many bytes together.
     *
     * @return whether all of them are in memory now; if not, what is read of them will still be bound
     * @throws SQLException 58030 if one cannot be read
     */
    public final boolean spool(long most) throws SQLException {
        if (streams == 0) {
            return true;
        }
        if (unspoolable == version() || hasConsumedStreamAfter(0)) {
            return false;
        }
        Spool spool = new Spool(most, this);
        for (int slot = 0; slot < endOfNamed(); slot++) {
            ParameterKind kind = kinds[slot];
            if (kind != null && isStream(kind, first(slot))) {
                Object taken = spool.taken(Objects.requireNonNull(first[slot]), length(kind, bits(slot)));
                first[slot] = taken;
                if (isOwn(taken)) {
                    streams--;
                    spooled = true;
                }
            }
        }
        if (streams > 0) {
            unspoolable = version();
        }
        return streams == 0;
    }

    /** How much of a stream is to be taken; negative if all. */
    private static long length(ParameterKind kind, long bits) {
        String name = kind.name();
        return kind.isStream() && (name.endsWith("_INT") || name.endsWith("_LONG")) ? bits : -1;
    }

    /** Sets whatever is in memory to its beginning; call it before each execution. */
    public final void rewind() {
        if (spooled) {
            for (Object value : first) {
                if (value instanceof Spooled stream && isOwn(stream)) {
                    stream.rewind();
                }
            }
        }
    }

    /** Notes that all streams have been bound, and so can be bound nowhere else. */
    public final void consume() {
        consumed = version();
    }

    /** Whether a stream that was set after a version has been consumed. */
    public final boolean hasConsumedStreamAfter(long bound) {
        for (int slot = 0; streams > 0 && slot < endOfNamed(); slot++) {
            ParameterKind kind = kinds[slot];
            if (changed(slot) > bound && changed(slot) <= consumed && kind != null && isStream(kind, first(slot))) {
                return true;
            }
        }
        return false;
    }

    /** Whether any parameter was set by name. */
    public final boolean hasNames() {
        return names != null && names.size() > 0;
    }

    /**
     * The setter that the parameter was set with.
     *
     * @param index from 1
     * @return null if it was never set
     */
    public final @Nullable ParameterKind kind(int index) {
        return index < 1 || index > count ? null : kinds[index - 1];
    }

    /**
     * The value that the parameter was set to: a boxed primitive or the object itself; null for SQL NULL, however it was set, and
     * for a parameter that was never set.
     *
     * @param index from 1
     */
    public final @Nullable Object value(int index) {
        ParameterKind kind = kind(index);
        if (kind == null) {
            return null;
        }
        long packed = bits(index - 1);
        return switch (kind) {
            case NULL, NULL_STRING -> null;
            case BOOLEAN -> packed != 0;
            case BYTE -> (byte) packed;
            case SHORT -> (short) packed;
            case INT -> (int) packed;
            case LONG -> packed;
            case FLOAT -> Float.intBitsToFloat((int) packed);
            case DOUBLE -> Double.longBitsToDouble(packed);
            default -> first(index - 1);
        };
    }

    /**
     * What the setter was given beside the value that is a number: the type code of {@code setNull} and {@code setObject(index, value, type)},
     * a scale, or a stream's length; for {@code setObject(index, value, type, scale)} the type in the upper half and the scale in the lower.
     *
     * @param index from 1
     */
    public final long number(int index) {
        return bits(index - 1);
    }

    /**
     * What the setter was given beside the value that is an object: a Calendar, an SQLType; null if nothing. The type name of
     * {@code setNull(index, type, name)} is here too.
     *
     * @param index from 1
     */
    public final @Nullable Object companion(int index) {
        return kind(index) == ParameterKind.NULL_STRING ? first(index - 1) : second(index - 1);
    }

    /** Sets so many of the values from an index on as another statement's, from its index 1 on. */
    public final void copyTo(ParameterSlots other, int from, int length) throws SQLException {
        for (int i = 0; i < length; i++) {
            int slot = from - 1 + i;
            ParameterKind kind = kind(from + i);
            if (kind != null) {
                other.indexed(i + 1, kind, bits(slot), first(slot), second(slot));
            }
        }
    }

    /** Forgets every value; the capacity stays. */
    public final void clear() {
        int used = endOfNamed();
        Arrays.fill(kinds, 0, used, null);
        Arrays.fill(first, null);
        Arrays.fill(second, null);
        count = 0;
        streams = 0;
        spooled = false;
        numbers[start + VERSION]++;
        names = null;
    }

    /**
     * Forgets every value, so that another statement can record its own here. Room that was made for many values, for names or for streams is
     * not worth keeping.
     *
     * @return whether it may be used again
     */
    public final boolean recycle() {
        if (names != null || streams > 0 || spooled || kinds.length > MOST_REUSED) {
            return false;
        }
        // The kinds stay: a slot is looked at only below the count, and nearly every statement sets the same ones
        // again.
        Arrays.fill(first, null);
        Arrays.fill(second, null);
        count = 0;
        numbers[start + VERSION]++;
        return true;
    }

    final void indexed(int index, ParameterKind kind, long packed, @Nullable Object one, @Nullable Object two)
            throws SQLException {
        if (index < 1 || index > MAX_INDEX) {
            throw new SQLNonTransientException("Parameter index " + index + " is outside 1 to " + MAX_INDEX, "07009");
        }
        if (index > count) {
            extend(index);
        }
        store(index - 1, kind, packed, one, two);
    }

    final void named(String name, ParameterKind kind, long packed, @Nullable Object one, @Nullable Object two)
            throws SQLException {
        NamedSlots slots = names;
        if (slots == null) {
            slots = new NamedSlots();
            names = slots;
        }
        int slot = count + slots.slotOf(name);
        ensureCapacity(slot + 1);
        store(slot, kind, packed, one, two);
    }

    /** The setter of a slot that was set after a version; null if it was not. */
    final @Nullable ParameterKind kindAt(int slot, long since) {
        return changed(slot) > since ? kinds[slot] : null;
    }

    private long changed(int slot) {
        return numbers[start + FIRST_SLOT + 2 * slot + 1];
    }

    final long bits(int slot) {
        return numbers[start + FIRST_SLOT + 2 * slot];
    }

    final @Nullable Object first(int slot) {
        return slot < first.length ? first[slot] : null;
    }

    final @Nullable Object second(int slot) {
        return slot < second.length ? second[slot] : null;
    }

    final int firstNamed() {
        return count;
    }

    final int endOfNamed() {
        return count + (names == null ? 0 : names.size());
    }

    final String name(int slot) {
        if (names == null) {
            throw new IllegalStateException("No parameter was set by name");
        }
        return names.name(slot - count);
    }

    final SQLException unbindable(int slot) {
        return new SQLNonTransientException(
                "Parameter kind " + kinds[slot] + " cannot be set by name; set it by index", "07006");
    }

    private void store(int slot, ParameterKind kind, long packed, @Nullable Object one, @Nullable Object two) {
        ParameterKind before = kinds[slot];
        if (streams != 0 && before != null && isStream(before, first(slot))) {
            streams--;
        }
        if (one != null && isStream(kind, one)) {
            streams++;
        }
        if (before != kind) {
            kinds[slot] = kind;
        }
        numbers[start + FIRST_SLOT + 2 * slot] = packed;
        if (one != null || first.length > 0) {
            first = stored(first, slot, one);
        }
        if (two != null || second.length > 0) {
            second = stored(second, slot, two);
        }
        long version = ++numbers[start + VERSION];
        numbers[start + FIRST_SLOT + 2 * slot + 1] = version;
        if (version == FREQUENT && start == 0) {
            setApart();
        }
    }

    private void setApart() {
        long[] apart = new long[PADDING + numbers.length + PADDING];
        System.arraycopy(numbers, 0, apart, PADDING, numbers.length);
        start = PADDING;
        numbers = apart;
    }

    private boolean isOwn(Object value) {
        return value instanceof Spooled spooledValue && spooledValue.owner() == this;
    }

    private @Nullable Object[] stored(@Nullable Object[] objects, int slot, @Nullable Object object) {
        if (slot < objects.length) {
            objects[slot] = object;
            return objects;
        }
        if (object == null) {
            return objects;
        }
        @Nullable Object[] grown = Arrays.copyOf(objects, kinds.length);
        grown[slot] = object;
        return grown;
    }

    private boolean isStream(ParameterKind kind, @Nullable Object value) {
        boolean stream = kind.isStream() || value instanceof InputStream || value instanceof Reader;
        return stream && value != null && !isOwn(value);
    }

    /** Makes room for a higher index; slots set by name move up behind it. */
    private void extend(int index) {
        int named = endOfNamed() - count;
        ensureCapacity(index + named);
        if (named > 0) {
            shift(kinds, index, named);
            shift(first, index, named);
            shift(second, index, named);
            int slots = start + FIRST_SLOT;
            System.arraycopy(numbers, slots + 2 * count, numbers, slots + 2 * index, 2 * named);
        } else if (index > count + 1) {
            Arrays.fill(kinds, count, index - 1, null);
        }
        count = index;
    }

    private void shift(@Nullable Object[] slots, int to, int length) {
        if (slots.length > 0) {
            System.arraycopy(slots, count, slots, to, length);
            Arrays.fill(slots, count, to, null);
        }
    }

    private void ensureCapacity(int slots) {
        if (slots > kinds.length) {
            int capacity = Math.max(slots, kinds.length * 2);
            kinds = Arrays.copyOf(kinds, capacity);
            numbers = Arrays.copyOf(numbers, start + FIRST_SLOT + 2 * capacity + start);
            first = first.length == 0 ? first : Arrays.copyOf(first, capacity);
            second = second.length == 0 ? second : Arrays.copyOf(second, capacity);
        }
    }
}
