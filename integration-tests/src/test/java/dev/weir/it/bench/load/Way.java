package dev.weir.it.bench.load;

import dev.weir.it.bench.Source;
import dev.weir.it.bench.Subject;
import dev.weir.it.bench.Target;
import java.sql.Connection;
import java.sql.SQLException;

/** A way of an application to a primary and its replicas. */
public enum Way {
    PRIMARY("HikariCP, all on the primary", Subject.HIKARICP, ""),
    WEIR("Weir", Subject.WEIR, ""),
    WEIR_WAIT("Weir, `weir.waitForReplica=20ms`", Subject.WEIR, "&weir.waitForReplica=20ms"),
    WEIR_CONNECTION("Weir, `weir.sessionScope=connection`", Subject.WEIR, "&weir.sessionScope=connection"),
    WEIR_EVENTUAL("Weir, `weir.consistency=eventual`", Subject.WEIR, "&weir.consistency=eventual"),
    BY_HAND("pgjdbc, one source each for writes and reads", Subject.PGJDBC, ""),
    AWS("AWS wrapper, read/write splitting by parsing", Subject.AWS, ""),
    SHARDINGSPHERE("ShardingSphere-JDBC", Subject.SHARDINGSPHERE, "");

    private final String title;
    private final Subject subject;
    private final String settings;

    Way(String title, Subject subject, String settings) {
        this.title = title;
        this.subject = subject;
        this.settings = settings;
    }

    /** Its name for people, in Markdown. */
    public String title() {
        return title;
    }

    /** Whether its jars are there. */
    public boolean isThere() {
        return subject.runsOn(Target.POSTGRESQL);
    }

    /** Whether more replicas change anything for it. */
    public boolean usesReplicas() {
        return this != PRIMARY;
    }

    /** How it opens what each client uses. */
    Entrance open(Target.Address at) throws Exception {
        if (this == BY_HAND) {
            Source writes = Subject.RAW.open(at);
            Source reads = Subject.RAW.open(
                    at.through("jdbc:" + at.plainUrl() + "&targetServerType=preferSecondary&loadBalanceHosts=true"));
            return new Entrance(() -> new Access(writes.connection(), reads.connection()), () -> {});
        }
        Source source =
                subject.open(subject == Subject.WEIR ? at.with(settings + "&weir.poolSize=" + at.connections()) : at);
        return new Entrance(() -> both(source.connection()), source.end());
    }

    private static Access both(Connection connection) {
        return new Access(connection, connection);
    }

    /**
     * Where clients come from. Thread-safe.
     *
     * @param end closes what was opened
     */
    record Entrance(Opener opener, Runnable end) {
        Access access() throws SQLException {
            return opener.open();
        }

        /** Opens what one client uses. */
        interface Opener {
            Access open() throws SQLException;
        }
    }
}
