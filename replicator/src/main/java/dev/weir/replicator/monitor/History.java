package dev.weir.replicator.monitor;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The past of a cluster's replicas, bounded in time and in the number of replicas. Thread-safe; short waits only. */
public final class History {
    private static final int MOST_REPLICAS = 64;
    private static final double MILLIS = 1_000.0;

    private final Map<String, Track> tracks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Track> eldest) {
            return size() > MOST_REPLICAS;
        }
    };

    synchronized void add(Instant at, ReplicaView replica) {
        ReplicaSample sample = replica.sample();
        OptionalLong amount = sample.lagEntries().isPresent() ? sample.lagEntries() : sample.lagBytes();
        OptionalDouble rate = replica.applyRate();
        tracks.computeIfAbsent(replica.name(), name -> new Track())
                .add(
                        at,
                        sample.lag().map(lag -> lag.toMillis() / MILLIS).orElse(Double.NaN),
                        amount.isPresent() ? amount.getAsLong() : Double.NaN,
                        rate.isPresent() ? rate.getAsDouble() : Double.NaN);
    }

    /** Every sample of the last minutes, oldest first; empty for a replica that is not known. */
    public synchronized List<Point> fine(String replica) {
        Track track = tracks.get(replica);
        return track == null ? List.of() : track.fine();
    }

    /** The worst of each minute of the last days, oldest first; empty for a replica that is not known. */
    public synchronized List<Point> coarse(String replica) {
        Track track = tracks.get(replica);
        return track == null ? List.of() : track.coarse();
    }
}
