package dev.weir.replicator.monitor;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.replica.ReplicaStatus;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an H2 primary for its log and its registered replicas, and each replica for its position: those of this JVM directly, those behind a server through a session
 * of its own. Lag is told by the times of the commits and the primary's clock; where an application's clock, which stamps its commits, contradicts what has been seen
 * of the log, what has been seen counts. Confined to one thread.
 */
public final class H2Probe implements ClusterProbe {
    private static final Logger LOG = LoggerFactory.getLogger(H2Probe.class);
    /** A replica that has been silent for longer is not known to be in the state that it last reported. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** What the primary says of a replica that it no longer keeps its log for. */
    private static final String DROPPED = "DROPPED";

    private final PrimaryAccess primary;
    private final List<LocalReplica> locals;
    private final ReplicaContact.NodeSessions sessions;
    private final InstantSource clock;
    private final Map<String, ReplicaContact> contacts = new HashMap<>();
    private final Timeline timeline = new Timeline();
    private final Map<String, ReplicaSample> known = new TreeMap<>();
    private @Nullable PrimaryQuestions questions;
    private String cluster = "";
    private boolean answering = true;

    /** @param clock this machine's wall clock, which stamps samples and decides how far it differs from the primary's; it decides no lag */
    public H2Probe(RunningCluster cluster, String user, String password, InstantSource clock) {
        this.primary = cluster.primary();
        this.locals = cluster.replicas();
        this.sessions = url -> Sessions.open(url, user, password);
        this.clock = clock;
    }

    @Override
    public ClusterSample take() {
        long nanos = System.nanoTime();
        Instant at = clock.instant();
        try {
            PrimaryQuestions asked = connected();
            PrimaryQuestions.Head head = asked.head();
            timeline.add(head.middleNanos(), head.primary().lsn());
            List<PrimaryQuestions.Registered> registered = asked.replicas();
            List<ReplicaSample> samples = merge(asked, head, registered, at);
            known.clear();
            samples.forEach(sample -> known.put(sample.name(), sample));
            say(true, "");
            return sample(at, nanos, Optional.of(head.primary()), "", samples);
        } catch (SQLException e) {
            disconnect();
            String trouble = primary.reason(e);
            say(false, trouble);
            return sample(at, nanos, Optional.empty(), trouble, withoutPrimary());
        }
    }

    private ClusterSample sample(
            Instant at, long nanos, Optional<PrimarySample> found, String trouble, List<ReplicaSample> samples) {
        List<DiskSample> disks = new ArrayList<>();
        StoreUrl store = primary.url();
        if (store.kind() == StoreUrl.Kind.FILE) {
            DiskSample.of("primary", store.file()).ifPresent(disks::add);
        }
        for (LocalReplica local : locals) {
            StoreUrl own = local.site().store();
            if (own.kind() == StoreUrl.Kind.FILE) {
                DiskSample.of(local.name(), own.file()).ifPresent(disks::add);
            }
        }
        return new ClusterSample(at, nanos, cluster, store.toString(), found, trouble, samples, disks);
    }

    private PrimaryQuestions connected() throws SQLException {
        PrimaryQuestions asked = questions;
        if (asked == null) {
            Connection connection = primary.openSession();
            try {
                asked = new PrimaryQuestions(connection);
            } catch (SQLException | RuntimeException e) {
                Sessions.closeQuietly(connection);
                throw e;
            }
            questions = asked;
            cluster = asked.cluster().toString();
        }
        return asked;
    }

    private List<ReplicaSample> merge(
            PrimaryQuestions asked,
            PrimaryQuestions.Head head,
            List<PrimaryQuestions.Registered> registered,
            Instant at)
            throws SQLException {
        Map<String, PrimaryQuestions.Registered> rows = new HashMap<>();
        registered.forEach(row -> rows.put(row.name(), row));
        Map<String, LocalReplica> own = new HashMap<>();
        locals.forEach(local -> own.put(local.name(), local));
        TreeSet<String> names = new TreeSet<>(rows.keySet());
        names.addAll(own.keySet());
        List<ReplicaSample> samples = new ArrayList<>();
        for (String name : names) {
            LocalReplica local = own.get(name);
            PrimaryQuestions.Registered row = rows.get(name);
            if (local != null) {
                samples.add(local(asked, head, local, row, at));
            } else if (row != null) {
                samples.add(remote(asked, head, row));
            }
        }
        contacts.entrySet().removeIf(entry -> {
            boolean gone = !rows.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        return samples;
    }

    private ReplicaSample local(
            PrimaryQuestions asked,
            PrimaryQuestions.Head head,
            LocalReplica local,
            PrimaryQuestions.@Nullable Registered row,
            Instant at)
            throws SQLException {
        ReplicaStatus status = local.status();
        OptionalLong applied = position(local.appliedLsn());
        String trouble = local.trouble();
        // The primary's clock goes on while it is asked, so only whole milliseconds are worth telling.
        Duration skew = Duration.between(head.primary().now(), at.plusNanos(head.askedNanos() / 2));
        return new ReplicaSample(
                local.name(),
                local.site().servedUrl(),
                trouble.isEmpty() ? NodeState.reported(status.state().name()) : NodeState.STALLED,
                trouble.isEmpty() ? status.message() : trouble,
                row == null ? OptionalLong.empty() : OptionalLong.of(row.epoch()),
                status.received(),
                applied,
                row == null || applied.isEmpty() ? OptionalLong.empty() : OptionalLong.of(row.durableLsn()),
                entries(head, applied),
                OptionalLong.empty(),
                lag(asked, head, applied),
                row == null ? Optional.empty() : Optional.of(row.age()),
                Optional.of(skew),
                Optional.empty(),
                Optional.of(trouble.isEmpty()));
    }

    private ReplicaSample remote(PrimaryQuestions asked, PrimaryQuestions.Head head, PrimaryQuestions.Registered row)
            throws SQLException {
        boolean silent = row.age().compareTo(SILENCE) > 0;
        Optional<ReplicaContact.Answer> answer = ask(row);
        OptionalLong applied = answer.map(found -> OptionalLong.of(found.appliedLsn()))
                .orElse(
                        silent || row.state().equals("SEEDING")
                                ? OptionalLong.empty()
                                : OptionalLong.of(row.appliedLsn()));
        boolean dropped = row.state().equals(DROPPED);
        NodeState reported = dropped ? NodeState.STOPPED : NodeState.reported(row.state());
        boolean lasts = reported == NodeState.STOPPED || reported == NodeState.DIVERGED;
        return new ReplicaSample(
                row.name(),
                row.url(),
                silent && !lasts ? (answer.isPresent() ? NodeState.CATCHING_UP : NodeState.UNKNOWN) : reported,
                dropped ? "the log is no longer kept for it, so it copies the primary anew when it comes back" : "",
                OptionalLong.of(row.epoch()),
                silent ? OptionalLong.empty() : OptionalLong.of(Math.max(row.receivedLsn(), applied.orElse(0))),
                applied,
                silent ? OptionalLong.empty() : OptionalLong.of(row.durableLsn()),
                entries(head, applied),
                OptionalLong.empty(),
                lag(asked, head, applied),
                Optional.of(row.age()),
                answer.map(found -> skew(head, found)),
                Optional.empty(),
                isReachable(row) ? Optional.of(answer.isPresent()) : Optional.empty());
    }

    private static boolean isReachable(PrimaryQuestions.Registered row) {
        return row.url().regionMatches(true, 0, "jdbc:h2:tcp:", 0, 12)
                || row.url().regionMatches(true, 0, "jdbc:h2:ssl:", 0, 12);
    }

    /** Asks a replica behind a server; a store in a file may belong to another process and is never opened. */
    private Optional<ReplicaContact.Answer> ask(PrimaryQuestions.Registered row) {
        if (!isReachable(row)) {
            return Optional.empty();
        }
        ReplicaContact contact = contacts.get(row.name());
        if (contact == null || !contact.isFor(row.url())) {
            if (contact != null) {
                contact.close();
            }
            contact = new ReplicaContact(row.name(), StoreUrl.parse(row.url()), sessions);
            contacts.put(row.name(), contact);
        }
        return contact.ask(System.nanoTime());
    }

    private static Duration skew(PrimaryQuestions.Head head, ReplicaContact.Answer answer) {
        long between = (answer.asked() + answer.answered()) / 2 - head.middleNanos();
        return Duration.between(head.primary().now().plusNanos(between), answer.now());
    }

    private static OptionalLong position(long lsn) {
        return lsn < 0 ? OptionalLong.empty() : OptionalLong.of(lsn);
    }

    private static OptionalLong entries(PrimaryQuestions.Head head, OptionalLong applied) {
        return applied.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, head.primary().lsn() - applied.getAsLong()));
    }

    private Optional<Duration> lag(PrimaryQuestions asked, PrimaryQuestions.Head head, OptionalLong applied)
            throws SQLException {
        if (applied.isEmpty()) {
            return Optional.empty();
        }
        if (applied.getAsLong() >= head.primary().lsn()) {
            return Optional.of(Duration.ZERO);
        }
        return asked.committedAt(applied.getAsLong() + 1)
                .map(oldest -> Duration.between(oldest, head.primary().now()))
                .map(age -> timeline.corrected(
                        age.isNegative() ? Duration.ZERO : age, applied.getAsLong(), head.middleNanos()));
    }

    /** What can still be told while the primary is away: where the replicas of this JVM are, but not how far behind. */
    private List<ReplicaSample> withoutPrimary() {
        Map<String, ReplicaSample> samples = new TreeMap<>();
        known.forEach((name, sample) -> samples.put(name, sample.unheard("the primary does not answer")));
        for (LocalReplica local : locals) {
            ReplicaStatus status = local.status();
            String trouble = local.trouble();
            OptionalLong none = OptionalLong.empty();
            samples.put(
                    local.name(),
                    new ReplicaSample(
                            local.name(),
                            local.site().servedUrl(),
                            trouble.isEmpty()
                                    ? NodeState.reported(status.state().name())
                                    : NodeState.STALLED,
                            trouble.isEmpty() ? status.message() : trouble,
                            none,
                            status.received(),
                            position(local.appliedLsn()),
                            none,
                            none,
                            none,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(trouble.isEmpty())));
        }
        return List.copyOf(samples.values());
    }

    private void say(boolean answers, String why) {
        if (answers != answering) {
            answering = answers;
            if (answers) {
                LOG.info("event=primary_answers url={}", primary.url());
            } else {
                LOG.warn("event=primary_silent url={} reason=\"{}\"", primary.url(), why);
            }
        }
    }

    private void disconnect() {
        PrimaryQuestions asked = questions;
        questions = null;
        if (asked != null) {
            asked.close();
        }
    }

    @Override
    public void close() {
        disconnect();
        contacts.values().forEach(ReplicaContact::close);
        contacts.clear();
    }
}
