package dev.weir.replicator.monitor;

/** Somebody who is told of alerts. Called on the monitor's thread, so it must not wait. */
@FunctionalInterface
public interface AlertSink {
    /** Told once when an alert begins, again when its severity changes, and once when it has ended. */
    void accept(Alert alert);
}
