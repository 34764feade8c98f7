package dev.weir.replicator.monitor;

/** How bad something is, mildest first. Immutable. */
public enum Severity {
    INFO,
    WARNING,
    CRITICAL;

    boolean isWorseThan(Severity other) {
        return compareTo(other) > 0;
    }
}
