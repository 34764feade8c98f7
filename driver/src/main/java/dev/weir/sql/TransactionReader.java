package dev.weir.sql;

/** Reads statements that begin, end or divide a transaction. Confined to one thread. */
final class TransactionReader {
    private final Tokens tokens;
    private final int from;
    private final int to;

    TransactionReader(Tokens tokens, int from, int to) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
    }

    /** BEGIN or START TRANSACTION; SERIALIZABLE counts as a writer, since a standby refuses it. */
    Classification begin() {
        boolean readOnly = false;
        boolean serializable = false;
        for (int i = from; i < to; i++) {
            if (tokens.is(i, Word.READ)) {
                readOnly = tokens.is(i + 1, Word.ONLY);
            }
            serializable |= tokens.is(i, Word.SERIALIZABLE);
        }
        if (readOnly && serializable) {
            return withModes(Classification.of(Kind.BEGIN, "begins a serializable transaction"));
        }
        Classification begin =
                Classification.of(Kind.BEGIN, readOnly ? "begins a read-only transaction" : "begins a transaction");
        return withModes(readOnly ? begin.declaredReadOnly() : begin);
    }

    private Classification withModes(Classification begin) {
        int modes = afterNoise(from + 1);
        return modes < to ? begin.withArgument(tokens.text(modes, to - 1)) : begin;
    }

    /** COMMIT or END, with no more than WORK, TRANSACTION and AND [NO] CHAIN. */
    Classification commit() {
        int i = afterNoise(from + 1);
        if (i < to && !isChain(i)) {
            return Classification.unknown("ends a prepared transaction");
        }
        return chained(Classification.of(Kind.COMMIT, "commits"), i);
    }

    /** ROLLBACK or ABORT, of the transaction or to a savepoint. */
    Classification rollback() {
        int i = afterNoise(from + 1);
        if (tokens.is(i, Word.TO) && i < to) {
            int name = tokens.is(i + 1, Word.SAVEPOINT) && i + 2 < to ? i + 2 : i + 1;
            return named(Kind.ROLLBACK_TO_SAVEPOINT, "rolls back to a savepoint", name);
        }
        if (i < to && !isChain(i)) {
            return Classification.unknown("ends a prepared transaction");
        }
        return chained(Classification.of(Kind.ROLLBACK, "rolls back"), i);
    }

    Classification savepoint() {
        return named(Kind.SAVEPOINT, "sets a savepoint", from + 1);
    }

    Classification release() {
        int name = tokens.is(from + 1, Word.SAVEPOINT) && from + 2 < to ? from + 2 : from + 1;
        return named(Kind.RELEASE_SAVEPOINT, "releases a savepoint", name);
    }

    private int afterNoise(int i) {
        return i < to && (tokens.is(i, Word.WORK) || tokens.is(i, Word.TRANSACTION)) ? i + 1 : i;
    }

    private boolean isChain(int i) {
        int chain = tokens.is(i + 1, Word.NO) ? i + 2 : i + 1;
        return tokens.is(i, Word.AND) && tokens.is(chain, Word.CHAIN) && chain == to - 1;
    }

    private Classification chained(Classification end, int i) {
        return i < to && tokens.is(i + 1, Word.CHAIN) ? end.withArgument("CHAIN") : end;
    }

    private Classification named(Kind kind, String reason, int name) {
        if (name != to - 1 || !tokens.isName(name)) {
            return Classification.unknown("names no savepoint");
        }
        return Classification.of(kind, reason).withArgument(tokens.text(name));
    }
}
