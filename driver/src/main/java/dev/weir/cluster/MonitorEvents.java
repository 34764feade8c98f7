package dev.weir.cluster;

/** What a cluster makes of its monitor's findings. Called on the monitor's thread only, which must not be held up. */
interface MonitorEvents {
    /** What a failed probe says about its node. */
    Monitor.Verdict verdict(Sample failed);

    /** Whether a failed probe leaves open if anybody is there: an error of the database would be a sign of life. */
    boolean isSilence(Sample failed);

    /** A new view. */
    void published(ClusterView view);

    /** Another interval has passed. */
    void ticked();

    /** The node has given no sign of life for the node timeout; repeated while that goes on. */
    void silent(Node node);
}
