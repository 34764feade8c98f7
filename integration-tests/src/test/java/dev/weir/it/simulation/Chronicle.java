package dev.weir.it.simulation;

import dev.weir.it.load.StoreContents;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to a simulated primary: which transactions were tried, how each ended for its client, what the tables held at each LSN, and what has become durable. Confined to one thread.
 */
final class Chronicle {
    private final Set<Long> attempted = new HashSet<>();
    private final Set<Long> refused = new HashSet<>();
    private final Map<Long, Long> acknowledged = new HashMap<>();
    private final TreeMap<Long, StoreContents> states = new TreeMap<>();
    private long last;
    private long durable;
    private int doubts;
    private int lost;

    /** A number for a new transaction. */
    long attempt() {
        attempted.add(++last);
        return last;
    }

    void acknowledge(long transaction, long lsn) {
        acknowledged.put(transaction, lsn);
    }

    /** Its client knows that it was not committed. */
    void refuse(long transaction) {
        refused.add(transaction);
    }

    /** The tables as they are after an entry; in place of what was known of it. */
    void state(long lsn, StoreContents contents) {
        states.put(lsn, contents);
    }

    /** The tables as they were after an entry; null if not known, as in the midst of a schema change. */
    @Nullable StoreContents state(long lsn) {
        return states.get(lsn);
    }

    void durable(long lsn) {
        durable = Math.max(durable, lsn);
    }

    long durable() {
        return durable;
    }

    int commits() {
        return acknowledged.size();
    }

    /** How many acknowledged transactions have been lost that were not durable. */
    int lost() {
        return lost;
    }

    /** How often a crash has left the primary in doubt. */
    int doubts() {
        return doubts;
    }

    /**
     * Goes on after a crash of the primary.
     *
     * @param head where its log ends now
     * @param contents what it holds
     * @param doubtful whether it told replicas to copy it anew
     */
    void recover(long head, StoreContents contents, boolean doubtful) {
        if (head < durable) {
            throw new Violation("The primary came back at LSN " + head + " though LSN " + durable + " was durable");
        }
        if (doubtful) {
            doubts++;
            states.clear();
        } else {
            StoreContents before = states.get(head);
            if (before != null && !before.equals(contents)) {
                throw new Violation("The primary came back at LSN " + head + " with other rows than it had there: "
                        + before.differences(contents));
            }
            states.tailMap(head, false).clear();
        }
        states.put(head, contents);
        // What tells of the doubt is an entry itself.
        long end = doubtful ? head - 1 : head;
        lost += (int) acknowledged.values().stream().filter(lsn -> lsn > end).count();
        acknowledged.values().removeIf(lsn -> lsn > end);
        requireLedger("The recovered primary", head, contents);
    }

    /** Checks what a node holds, whose position is an LSN. */
    void require(String node, long lsn, StoreContents contents) {
        StoreContents expected = states.get(lsn);
        if (expected != null && !expected.equals(contents)) {
            throw new Violation(
                    node + " differs from the primary at LSN " + lsn + ": " + expected.differences(contents));
        }
        requireLedger(node, lsn, contents);
    }

    private void requireLedger(String node, long lsn, StoreContents contents) {
        Set<Long> held = new HashSet<>();
        for (String row : contents.tables().getOrDefault("\"PUBLIC\".\"LEDGER\"", List.of())) {
            held.add(Long.parseLong(row.substring(row.indexOf('=') + 1)));
        }
        acknowledged.forEach((transaction, position) -> {
            if (position <= lsn && !held.contains(transaction)) {
                throw new Violation(node + " at LSN " + lsn + " lacks transaction " + transaction
                        + ", acknowledged at LSN " + position);
            }
        });
        for (long transaction : held) {
            if (!attempted.contains(transaction) || refused.contains(transaction)) {
                throw new Violation(node + " at LSN " + lsn + " holds transaction " + transaction
                        + (refused.contains(transaction) ? ", whose commit failed" : ", which nobody tried"));
            }
        }
    }
}
