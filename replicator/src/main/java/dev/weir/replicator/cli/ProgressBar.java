package dev.weir.replicator.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** A line on standard error that tells how far long work is; silent where nobody would see it. Confined to one thread. */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final long INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

    private final PrintWriter err;
    private final boolean shown = Terminal.isAttached();
    private long shownAt = System.nanoTime() - INTERVAL_NANOS;
    private boolean isOpen;

    ProgressBar(PrintWriter err) {
        this.err = err;
    }

    void show(String what, long done, long total, Optional<Duration> left) {
        show(() -> line(what, done, total, left));
    }

    /** Work whose extent is not known. */
    void show(String what) {
        show(() -> what);
    }

    private void show(Supplier<String> line) {
        long now = System.nanoTime();
        if (shown && now - shownAt >= INTERVAL_NANOS) {
            shownAt = now;
            isOpen = true;
            err.print("\r\u001b[K" + line.get());
            err.flush();
        }
    }

    static String line(String what, long done, long total, Optional<Duration> left) {
        int filled = (int) (total <= 0 ? WIDTH : Math.min(WIDTH, done * WIDTH / total));
        return String.format(
                Locale.ROOT,
                "[%s%s] %3d %%  %d of about %d rows  %s  %s",
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                total <= 0 ? 100 : Math.min(100, done * 100 / total),
                done,
                total,
                left.map(time -> time.toSeconds() + " s left").orElse("time left unknown"),
                what);
    }

    @Override
    public void close() {
        if (isOpen) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
