package dev.weir.replicator.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The alerts of one monitor. Something is called worse at once, and better only after it has been better for a while, so that alerts do not flap. Bounded.
 * Confined to one thread.
 */
final class AlertBook {
    private static final int MOST_RECENT = 200;

    private final long clearNanos;
    private final Map<Key, Open> open = new LinkedHashMap<>();
    private final Deque<Alert> recent = new ArrayDeque<>();
    private long ids;

    AlertBook(Duration clearAfter) {
        this.clearNanos = clearAfter.toNanos();
    }

    private record Key(AlertKind kind, String node) {}

    /** One that goes on. */
    private static final class Open {
        Alert alert;
        Severity worst;
        /** Since when it has been milder than said. */
        long milderSince;

        Instant seen;

        Open(Alert alert, long nanos) {
            this.alert = alert;
            this.worst = alert.severity();
            this.milderSince = nanos;
            this.seen = alert.start();
        }
    }

    /**
     * Takes in what is wrong now.
     *
     * @return the alerts that have begun, changed their severity or ended
     */
    List<Alert> update(Instant at, long nanos, List<Condition> conditions) {
        List<Alert> news = new ArrayList<>();
        Map<Key, Condition> now = new LinkedHashMap<>();
        for (Condition condition : conditions) {
            now.merge(
                    new Key(condition.kind(), condition.node()),
                    condition,
                    (one, other) -> other.severity().isWorseThan(one.severity()) ? other : one);
        }
        now.forEach((key, condition) -> see(key, condition, at, nanos, news));
        for (Iterator<Map.Entry<Key, Open>> each = open.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Key, Open> entry = each.next();
            Open known = entry.getValue();
            if (!now.containsKey(entry.getKey()) && nanos - known.milderSince >= clearNanos) {
                each.remove();
                news.add(end(known));
            }
        }
        return news;
    }

    private void see(Key key, Condition condition, Instant at, long nanos, List<Alert> news) {
        Open known = open.get(key);
        if (known == null) {
            Open begun = new Open(alert(++ids, condition, condition.severity(), at), nanos);
            open.put(key, begun);
            news.add(begun.alert);
            return;
        }
        known.seen = at;
        Severity said = known.alert.severity();
        if (!said.isWorseThan(condition.severity())) {
            known.milderSince = nanos;
        }
        boolean changes = condition.severity().isWorseThan(said)
                || (said.isWorseThan(condition.severity()) && nanos - known.milderSince >= clearNanos);
        known.alert = alert(known.alert.id(), condition, changes ? condition.severity() : said, known.alert.start());
        if (changes) {
            known.milderSince = nanos;
            known.worst = condition.severity().isWorseThan(known.worst) ? condition.severity() : known.worst;
            news.add(known.alert);
        }
    }

    private Alert end(Open known) {
        Alert last = known.alert;
        Alert ended = new Alert(
                last.id(),
                last.kind(),
                last.node(),
                known.worst,
                last.start(),
                Optional.of(known.seen),
                last.message(),
                last.evidence());
        recent.addFirst(ended);
        if (recent.size() > MOST_RECENT) {
            recent.removeLast();
        }
        return ended;
    }

    private static Alert alert(long id, Condition condition, Severity severity, Instant start) {
        return new Alert(
                id,
                condition.kind(),
                condition.node(),
                severity,
                start,
                Optional.empty(),
                condition.message(),
                condition.evidence());
    }

    /** The severity of what goes on; INFO if nothing does. */
    Severity level(AlertKind kind, String node) {
        Open known = open.get(new Key(kind, node));
        return known == null ? Severity.INFO : known.alert.severity();
    }

    /** The worst alert about a node; INFO if there is none. */
    Severity worstOf(String node) {
        return open.values().stream()
                .map(known -> known.alert)
                .filter(alert -> alert.node().equals(node))
                .map(Alert::severity)
                .max(Comparator.naturalOrder())
                .orElse(Severity.INFO);
    }

    /** Those that go on, worst first. */
    List<Alert> open() {
        return open.values().stream()
                .map(known -> known.alert)
                .sorted(Comparator.comparing(Alert::severity, Collections.reverseOrder())
                        .thenComparing(Alert::start))
                .toList();
    }

    /** Those that have ended, newest first. */
    List<Alert> recent() {
        return List.copyOf(recent);
    }
}
