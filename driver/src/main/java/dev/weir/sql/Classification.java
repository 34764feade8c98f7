package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * What one SQL text is. Immutable, shared between connections and cached.
 *
 * @param kind what it is
 * @param reason why, in a short phrase for people, such as {@code "calls nextval"}; the same text for the same rule
 * @param hint the leading comment's directive; null if there is none
 * @param tableless whether a {@link Kind#READ} touches no table, so that any healthy node gives the same answer
 * @param pins whether it leaves state on its node, such as a temporary table or a lock, so that the session must stay there
 * @param readOnly for {@link Kind#BEGIN} whether the transaction is declared read-only
 * @param argument the savepoint's name as written, or the statement after EXPLAIN ROUTE or EXPLAIN REPLICATION, or {@code "CHAIN"} for a COMMIT or
 *     ROLLBACK that opens the next transaction at once; the modes that a BEGIN names; for a {@link Kind#MULTIPLE} or {@link Kind#UNKNOWN} that begins or ends
 *     transactions, {@link #LEAVES_OPEN} or {@link #LEAVES_ENDED}; for one that calls a routine which leaves something in its
 *     session, {@link #LEAVES_SETTING} or {@link #LEAVES_OBJECTS}; null otherwise
 * @param write the structure of a {@link Kind#WRITE} on one table of H2; null if it has none that is understood, and on
 *     PostgreSQL, where nothing is captured
 * @param ddl the structure of a {@link Kind#DDL}; null if it is not understood
 * @param tables for a {@link Kind#READ} every table that it may read, for a {@link Kind#WRITE} the one to which it adds rows without
 *     finding out anything; {@link Tables#ANY} if that is not known
 */
public record Classification(
        Kind kind,
        String reason,
        @Nullable Hint hint,
        boolean tableless,
        boolean pins,
        boolean readOnly,
        @Nullable String argument,
        @Nullable WriteShape write,
        @Nullable DdlShape ddl,
        Tables tables) {
    /** The argument of a text that leaves a transaction open which it has begun itself. */
    public static final String LEAVES_OPEN = "LEAVES OPEN";

    /** The argument of a text that ends a transaction and begins none after that. */
    public static final String LEAVES_ENDED = "LEAVES ENDED";

    /** The argument of a statement that calls what may set a variable of its session. */
    public static final String LEAVES_SETTING = "LEAVES SETTING";

    /** The argument of a statement that calls what may leave a temporary table, a lock or the like in its session. */
    public static final String LEAVES_OBJECTS = "LEAVES OBJECTS";

    /** One of which it is not known what tables it touches. */
    public Classification(
            Kind kind,
            String reason,
            @Nullable Hint hint,
            boolean tableless,
            boolean pins,
            boolean readOnly,
            @Nullable String argument,
            @Nullable WriteShape write,
            @Nullable DdlShape ddl) {
        this(kind, reason, hint, tableless, pins, readOnly, argument, write, ddl, Tables.ANY);
    }

    static Classification of(Kind kind, String reason) {
        return new Classification(kind, reason, null, false, false, false, null, null, null);
    }

    static Classification read(boolean tableless) {
        return new Classification(
                Kind.READ,
                tableless ? "plain read of no table" : "plain read",
                null,
                tableless,
                false,
                false,
                null,
                null,
                null);
    }

    static Classification write(String reason, @Nullable WriteShape write) {
        return new Classification(Kind.WRITE, reason, null, false, false, false, null, write, null);
    }

    static Classification ddl(String reason, @Nullable DdlShape ddl) {
        boolean temporary = ddl != null && ddl.temporary() && !ddl.sharesTemporary();
        return new Classification(Kind.DDL, reason, null, false, temporary, false, null, null, ddl);
    }

    static Classification unknown(String reason) {
        return of(Kind.UNKNOWN, reason);
    }

    Classification pinning() {
        return new Classification(kind, reason, hint, tableless, true, readOnly, argument, write, ddl, tables);
    }

    Classification declaredReadOnly() {
        return new Classification(kind, reason, hint, tableless, pins, true, argument, write, ddl, tables);
    }

    Classification withArgument(@Nullable String text) {
        return new Classification(kind, reason, hint, tableless, pins, readOnly, text, write, ddl, tables);
    }

    Classification withHint(@Nullable Hint directive) {
        return directive == null
                ? this
                : new Classification(kind, reason, directive, tableless, pins, readOnly, argument, write, ddl, tables);
    }

    Classification touching(Tables touched) {
        return new Classification(kind, reason, hint, tableless, pins, readOnly, argument, write, ddl, touched);
    }
}
