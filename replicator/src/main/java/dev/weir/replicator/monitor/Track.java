package dev.weir.replicator.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One replica's past: every sample of some minutes, and for some days the worst lag of each minute. Bounded. Confined to one thread. */
final class Track {
    static final int FINE = 900;
    static final Duration COARSE_STEP = Duration.ofMinutes(1);
    static final int COARSE = 7 * 24 * 60;

    private final Ring fine = new Ring(FINE);
    private final Ring coarse = new Ring(COARSE);
    private long minute = Long.MIN_VALUE;
    private double worst = Double.NaN;
    private double most = Double.NaN;
    private double rates;
    private int rated;

    /** Adds a sample; what is not known is NaN. Samples come in the order of time. */
    void add(Instant at, double lagSeconds, double lagEntries, double rate) {
        long now = at.toEpochMilli() / COARSE_STEP.toMillis();
        if (now != minute) {
            closeMinute();
            minute = now;
        }
        fine.add(new Point(at.toEpochMilli(), lagSeconds, lagEntries, rate));
        worst = greater(worst, lagSeconds);
        most = greater(most, lagEntries);
        if (!Double.isNaN(rate)) {
            rates += rate;
            rated++;
        }
    }

    private void closeMinute() {
        if (minute != Long.MIN_VALUE) {
            coarse.add(
                    new Point(minute * COARSE_STEP.toMillis(), worst, most, rated == 0 ? Double.NaN : rates / rated));
        }
        worst = Double.NaN;
        most = Double.NaN;
        rates = 0;
        rated = 0;
    }

    private static double greater(double one, double other) {
        if (Double.isNaN(one)) {
            return other;
        }
        return Double.isNaN(other) ? one : Math.max(one, other);
    }

    List<Point> fine() {
        return fine.points();
    }

    List<Point> coarse() {
        return coarse.points();
    }

    /** The newest points up to a number that is fixed. */
    private static final class Ring {
        private final Point[] points;
        private int size;
        private int next;

        Ring(int capacity) {
            points = new Point[capacity];
        }

        void add(Point point) {
            points[next] = point;
            next = (next + 1) % points.length;
            size = Math.min(size + 1, points.length);
        }

        List<Point> points() {
            List<Point> oldestFirst = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                oldestFirst.add(points[(next - size + i + points.length) % points.length]);
            }
            return oldestFirst;
        }
    }
}
