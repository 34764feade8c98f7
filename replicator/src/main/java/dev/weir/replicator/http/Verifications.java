package dev.weir.replicator.http;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.verify.Repair;
import dev.weir.replicator.verify.ReplicaStores;
import dev.weir.replicator.verify.Verification;
import dev.weir.replicator.verify.VerifyProgress;
import dev.weir.replicator.verify.VerifyReport;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Comparisons of replicas with their primary that people have asked for, one after the other, and what the newest of each replica found. Thread-safe. */
final class Verifications implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);
    private static final int LOAD = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHOWN = 20;

    private final PrimaryAccess primary;
    private final ReplicaStores stores;
    private final Map<String, Check> checks = new ConcurrentSkipListMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "weir-verify");
        made.setDaemon(true);
        return made;
    });

    Verifications(PrimaryAccess primary, ReplicaStores stores) {
        this.primary = primary;
        this.stores = stores;
    }

    /** One comparison; each field is written by the comparing thread only. */
    private static final class Check {
        final String replica;
        final boolean repair;
        final Instant askedAt = Instant.now();
        volatile @Nullable Instant endedAt;
        volatile @Nullable VerifyProgress progress;
        volatile @Nullable VerifyReport found;
        volatile @Nullable VerifyReport left;
        volatile int mended;
        volatile String failure = "";

        Check(String replica, boolean repair) {
            this.replica = replica;
            this.repair = repair;
        }

        boolean isRunning() {
            return endedAt == null;
        }
    }

    /**
     * Begins a comparison, at once or after others.
     *
     * @param repair whether rows that differ are mended
     * @return whether it was begun; not if one of this replica is under way
     * @throws SQLException 42704 if the primary knows no such replica
     */
    boolean begin(String replica, boolean repair) throws SQLException {
        Verification.Replica store = stores.of(replica);
        Check check = new Check(replica, repair);
        Check current = checks.compute(replica, (name, known) -> known != null && known.isRunning() ? known : check);
        if (current != check) {
            return false;
        }
        thread.execute(() -> run(check, store));
        return true;
    }

    private void run(Check check, Verification.Replica store) {
        try {
            VerifyReport found = compare(check, store);
            VerifyReport left = found;
            if (check.repair && !found.isEqual()) {
                check.mended = new Repair(primary).mend(found);
                if (check.mended > 0) {
                    left = compare(check, store);
                }
            }
            check.found = found;
            check.left = left;
            LOG.info(
                    "event=verified replica={} lsn={} rows={} differences={} mended={} left={}",
                    check.replica,
                    left.lsn(),
                    found.rows(),
                    found.differences().size(),
                    check.mended,
                    left.differences().size());
        } catch (SQLException | RuntimeException e) {
            LOG.warn("event=not_verified replica={} reason=\"{}\"", check.replica, e.getMessage());
            check.failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            check.failure = "The server is ending";
        } finally {
            check.endedAt = Instant.now();
        }
    }

    private VerifyReport compare(Check check, Verification.Replica store) throws SQLException, InterruptedException {
        return new Verification(primary, check.replica, store, LOAD, PATIENCE, progress -> check.progress = progress)
                .run();
    }

    /** The newest comparison of each replica. */
    List<Map<String, @Nullable Object>> read() {
        return checks.values().stream().map(Verifications::line).toList();
    }

    private static Map<String, @Nullable Object> line(Check check) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("replica", check.replica);
        line.put("repair", check.repair);
        line.put("asked_at", check.askedAt.toString());
        Instant ended = check.endedAt;
        line.put("ended_at", ended == null ? null : ended.toString());
        line.put("failure", check.failure.isEmpty() ? null : check.failure);
        VerifyProgress progress = check.progress;
        if (progress != null) {
            line.put("table", progress.table());
            line.put("rows", progress.rows());
            line.put("total_rows", progress.total());
            line.put("left_ms", progress.left().map(Duration::toMillis).orElse(null));
        }
        VerifyReport found = check.found;
        VerifyReport left = check.left;
        if (found != null && left != null) {
            line.put("lsn", left.lsn());
            line.put("compared_rows", found.rows());
            line.put("difference_count", found.differences().size());
            line.put("differences", differences(found));
            line.put("mended_rows", check.mended);
            line.put("left_count", left.differences().size());
        }
        return line;
    }

    private static List<Map<String, Object>> differences(VerifyReport report) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Difference difference : report.differences().stream().limit(SHOWN).toList()) {
            lines.add(Map.of("table", difference.table(), "what", difference.what(), "key", difference.key()));
        }
        return lines;
    }

    @Override
    public void close() {
        // Never interrupted: H2 closes a store's file when a thread is interrupted in it.
        thread.shutdown();
    }
}
