package dev.weir.jdbc;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.transaction.xa.Xid;

/**
 * The names under which a server keeps prepared branches: those that PostgreSQL's own driver gives them, so that either recovers what the
 * other has left.
 */
final class XaIds {
    private static final int PARTS = 3;

    private XaIds() {}

    /** A branch as the transaction manager names it. Immutable, provided its arrays are left alone. */
    @SuppressWarnings("ArrayRecordComponent") // compared by name below
    private record Named(int format, byte[] global, byte[] branch) implements Xid {
        @Override
        public int getFormatId() {
            return format;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return global.clone();
        }

        @Override
        public byte[] getBranchQualifier() {
            return branch.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Xid xid && same(this, xid);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(global) * 31 + Arrays.hashCode(branch);
        }

        @Override
        public String toString() {
            return name(this);
        }
    }

    static boolean same(Xid one, Xid other) {
        return one.getFormatId() == other.getFormatId()
                && Arrays.equals(one.getGlobalTransactionId(), other.getGlobalTransactionId())
                && Arrays.equals(one.getBranchQualifier(), other.getBranchQualifier());
    }

    /** A copy that does not change with the transaction manager's object. */
    static Xid copy(Xid xid) {
        return new Named(
                xid.getFormatId(),
                xid.getGlobalTransactionId().clone(),
                xid.getBranchQualifier().clone());
    }

    /** The name, which needs no quoting within a literal. */
    static String name(Xid xid) {
        Base64.Encoder encoder = Base64.getEncoder();
        return xid.getFormatId() + "_" + encoder.encodeToString(xid.getGlobalTransactionId()) + "_"
                + encoder.encodeToString(xid.getBranchQualifier());
    }

    /** The branch of a name; empty if it was not given by a transaction manager. */
    static Optional<Xid> parse(String name) {
        String[] parts = name.split("_", -1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            Base64.Decoder decoder = Base64.getDecoder();
            return Optional.of(
                    new Named(Integer.parseInt(parts[0]), decoder.decode(parts[1]), decoder.decode(parts[2])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
