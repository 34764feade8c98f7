package dev.weir.routing;

/** What happens to a session when what it has written or read may have been lost in a failover. */
public enum OnLostWrites {
    /** Its next statement fails once, and says so. */
    FAIL,
    /** It goes on with what the new primary has. */
    RESET
}
