package dev.weir.replicator.monitor;

import dev.weir.replicator.Duty;
import dev.weir.replicator.Runner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts each alert as JSON when it begins, changes and ends, in that order, and again after a growing pause until the receiver answers with a status below 300. What
 * it cannot deliver in time it drops, oldest first, and says so. Thread-safe; posts on a thread of its own.
 */
public final class WebhookSink implements AlertSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookSink.class);
    private static final int MOST_WAITING = 200;
    private static final int ATTEMPTS = 8;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final URI receiver;
    private final Function<Alert, String> json;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final BlockingQueue<Alert> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Runner runner;

    /**
     * Starts the thread that posts.
     *
     * @param receiver an http or https address; where credentials stand in it, they are not logged
     * @param json what is posted of an alert
     * @param firstPause how long to wait after the first failed attempt; doubled after each further one
     */
    public WebhookSink(URI receiver, Function<Alert, String> json, Duration firstPause) {
        this.receiver = receiver;
        this.json = json;
        this.runner = new Runner("weir-webhook", new Posting(firstPause), REST);
        runner.start();
    }

    @Override
    public void accept(Alert alert) {
        while (!waiting.offer(alert)) {
            Alert oldest = waiting.poll();
            if (oldest != null) {
                drop(oldest, "more than " + MOST_WAITING + " alerts are waiting");
            }
        }
        runner.wake();
    }

    private void drop(Alert alert, String why) {
        LOG.error("event=webhook_dropped host={} alert={} reason=\"{}\"", receiver.getHost(), alert.id(), why);
    }

    /** Posts what waits, one after the other. Confined to the runner's thread. */
    private final class Posting implements Duty {
        private final Duration firstPause;
        private @Nullable Alert current;
        private int failures;
        private Duration pause = Duration.ZERO;

        Posting(Duration firstPause) {
            this.firstPause = firstPause;
        }

        @Override
        public int work() {
            Alert alert = current == null ? waiting.poll() : current;
            pause = Duration.ZERO;
            if (alert == null) {
                return 0;
            }
            String failure = post(alert);
            if (failure.isEmpty()) {
                failures = 0;
                current = null;
            } else if (++failures >= ATTEMPTS) {
                drop(alert, failure + ", " + failures + " times");
                failures = 0;
                current = null;
            } else {
                current = alert;
                Duration longer = firstPause.multipliedBy(1L << (failures - 1));
                pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
                LOG.debug("event=webhook_failed host={} reason=\"{}\"", receiver.getHost(), failure);
            }
            return 1;
        }

        @Override
        public long paceNanos() {
            return pause.toNanos();
        }

        /** Why it failed; empty if it did not. */
        private String post(Alert alert) {
            HttpRequest request = HttpRequest.newBuilder(receiver)
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(json.apply(alert)))
                    .build();
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                return status < 300 ? "" : "status " + status;
            } catch (IOException e) {
                return e.getClass().getSimpleName() + ": " + e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "interrupted";
            }
        }
    }

    /** Stops after the attempt in progress; what still waits is dropped. */
    @Override
    public void close() {
        runner.close();
    }
}
