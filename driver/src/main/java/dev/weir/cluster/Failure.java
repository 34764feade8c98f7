package dev.weir.cluster;

/** What an error of a target driver says about the node that raised it. */
public enum Failure {
    /** The connection broke or could not be made; whether the statement ran is not known. */
    CONNECTION_LOST,
    /** The node is there but takes no sessions now: starting, shutting down, held exclusively, too many sessions. */
    NOT_READY,
    /** The node, or its user, may only read: the statement was a write in truth. Nothing was done. */
    READ_ONLY,
    /**
     * The node could not serve the statement, but another might: a standby has cancelled it for the sake of its replay, or does not hold
     * an object that it names, or not yet. Nothing was done.
     */
    UNSERVED,
    /** The user or password is wrong. */
    DENIED,
    /** The statement's own fault, or unknown: says nothing about the node. */
    STATEMENT
}
