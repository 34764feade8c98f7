package dev.weir.replicator.monitor;

import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes each alert to the log when it begins, changes and ends. Thread-safe. */
public final class Slf4jSink implements AlertSink {
    private static final Logger LOG = LoggerFactory.getLogger(Slf4jSink.class);

    @Override
    public void accept(Alert alert) {
        Level level = alert.isOpen() ? levelOf(alert.severity()) : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "event={} alert={} kind={} node={} severity={} message=\"{}\"{}",
                        alert.isOpen() ? "alert" : "alert_ended",
                        alert.id(),
                        alert.kind().label(),
                        alert.node(),
                        alert.severity(),
                        alert.message(),
                        evidence(alert.evidence()));
    }

    private static Level levelOf(Severity severity) {
        return switch (severity) {
            case INFO -> Level.INFO;
            case WARNING -> Level.WARN;
            case CRITICAL -> Level.ERROR;
        };
    }

    private static String evidence(Map<String, String> figures) {
        return figures.entrySet().stream()
                .map(figure -> " " + figure.getKey() + "=" + figure.getValue())
                .collect(Collectors.joining());
    }
}
