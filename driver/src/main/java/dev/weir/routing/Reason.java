package dev.weir.routing;

/** The rule that decided a route. */
public enum Reason {
    WRITE("it writes"),
    SCHEMA_CHANGE("it changes the schema"),
    MAINTENANCE("it is upkeep of one node"),
    CALL("it calls a routine whose effects are not known"),
    PRIMARY_READ("it locks or reads what only the primary knows"),
    MULTIPLE("it holds several statements, not all of them plain reads"),
    UNKNOWN("it is not recognised as a plain read"),
    SESSION_SETTING("it sets session state, which every node of the session gets"),
    TRANSACTION_CONTROL("it controls the transaction"),
    ANSWERED_BY_WEIR("Weir answers it"),
    EMPTY("it holds no statement"),
    UPDATABLE_RESULT("its result set is updatable"),
    UNREPEATABLE_PARAMETER("it has a parameter that can be read only once"),
    SERIALIZABLE("standbys cannot give serializable isolation"),
    WRITING_METHOD("the method that runs it is for writes"),
    UNREAD_SCHEMA("the schema may have changed, and its views and functions have not been read since"),
    LEARNED("a replica refused it as a write before"),
    UNSERVED("a replica could not serve it, though the primary might"),
    PINNED("the session is pinned to this node"),
    IN_TRANSACTION("the open transaction runs on this node"),
    READ_WRITE_TRANSACTION("a transaction not declared read-only runs on the primary"),
    HINT_PRIMARY("its hint asks for the primary"),
    STRONG("level strong is served by the primary"),
    UP_TO_DATE("the replica has reached the position that the primary had after the read began"),
    TABLELESS("it reads no table, so any healthy node gives the same answer"),
    NOTHING_SEEN("the session has seen nothing that the replica could miss"),
    CAUGHT_UP("the replica has applied all that the session has seen"),
    UNTOUCHED("the replica has every write to what it reads, if not every other that the session has seen"),
    SAME_REPLICA("the replica served the session's newest reads and has applied its newest write"),
    WITHIN_BOUND("the replica is fresher than the staleness bound"),
    EVENTUAL("level eventual takes any healthy replica"),
    NO_REPLICA("no replica is in rotation"),
    TOO_MUCH_LAG("every replica is further behind than the greatest lag allowed"),
    BEHIND_SESSION("no replica is proven to have all that the session has seen"),
    BEHIND_BOUND("no replica is proven fresher than the staleness bound"),
    BEHIND_PRIMARY("no replica is proven to have reached the position that the primary had after the read began"),
    OTHER_EPOCH("the session's token is of another epoch than the primary"),
    READ_ONLY_TRANSACTION("the open read-only transaction runs on a replica, and the statement is not a plain read"),
    LATE_HINT("the open read-only transaction runs on a replica that was chosen for less than the hint asks"),
    NO_PRIMARY("no primary is known");

    private final String phrase;

    Reason(String phrase) {
        this.phrase = phrase;
    }

    /** The rule in words, a clause for messages. */
    public String phrase() {
        return phrase;
    }
}
