package dev.weir.capture;

import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The distinct statements that an application has executed on the primary, plain reads left out, and how each is logged. It holds no values: literals are left out, and of
 * parameters nothing is known. It lists {@value #MOST} statements at most. Thread-safe.
 */
public final class Audit {
    /** How many statements are listed. */
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    private final Clock clock;
    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicBoolean full = new AtomicBoolean();

    public Audit(Clock clock) {
        this.clock = clock;
    }

    private record Entry(String kind, ReplicationVerdict verdict, Instant firstSeen, LongAdder executions) {}

    /** Finds out how a statement would be logged. */
    @FunctionalInterface
    interface Judge {
        ReplicationVerdict judge() throws SQLException;
    }

    /** Notes that a statement is about to be executed. One that names what does not exist is left out. */
    void observe(String sql, Classification classification, Judge judge) throws SQLException {
        if (classification.kind() == Kind.READ || classification.kind() == Kind.EMPTY) {
            return;
        }
        String text = AuditText.of(sql);
        Entry known = entries.get(text);
        if (known != null) {
            known.executions().increment();
        } else if (entries.size() < MOST) {
            list(text, classification, judge);
        } else if (full.compareAndSet(false, true)) {
            LOG.warn(
                    "The audit lists {} distinct statements and takes no more; look at them with SHOW weir.audit",
                    MOST);
        }
    }

    private void list(String text, Classification classification, Judge judge) {
        ReplicationVerdict verdict;
        try {
            verdict = judge.judge();
        } catch (SQLException notThere) {
            LOG.debug("The audit leaves out a statement that fails with SQLSTATE {}", notThere.getSQLState());
            return;
        }
        String kind = classification.kind().name().toLowerCase(Locale.ROOT);
        Entry fresh = new Entry(kind, verdict, clock.instant(), new LongAdder());
        Entry other = entries.putIfAbsent(text, fresh);
        (other == null ? fresh : other).executions().increment();
        if (other == null) {
            LOG.info(
                    "Audit: logging={} reason=\"{}\" advice=\"{}\" statement=\"{}\"",
                    verdict.logging().name().toLowerCase(Locale.ROOT),
                    verdict.reason(),
                    verdict.advice() == null ? "" : verdict.advice(),
                    text);
        }
    }

    /** The statements so far, the oldest first. */
    public List<AuditedStatement> statements() {
        List<AuditedStatement> statements = new ArrayList<>();
        entries.forEach((text, entry) -> statements.add(new AuditedStatement(
                text, entry.kind(), entry.verdict(), entry.executions().sum(), entry.firstSeen())));
        statements.sort(Comparator.comparing(AuditedStatement::firstSeen).thenComparing(AuditedStatement::statement));
        return statements;
    }
}
