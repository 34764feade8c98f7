package dev.weir.it.bench.load;

import java.sql.Connection;
import java.sql.SQLException;

/** What clients do, and in which proportion. */
public enum Mix {
    READS(Kind.PGBENCH, 100),
    PGBENCH_90(Kind.PGBENCH, 90),
    PGBENCH_50(Kind.PGBENCH, 50),
    TPCC_90(Kind.TPCC, 90),
    TPCC_50(Kind.TPCC, 50);

    private final Kind kind;
    private final int reads;

    Mix(Kind kind, int reads) {
        this.kind = kind;
        this.reads = reads;
    }

    /** The operations, with the number of statements that they have on average. */
    private enum Kind {
        PGBENCH("pgbench-like", 1, 1),
        TPCC("TPC-C-like", 1.5, TpccJob.STATEMENTS_OF_ORDER);

        private final String title;
        private final double ofRead;
        private final double ofWrite;

        Kind(String title, double ofRead, double ofWrite) {
            this.title = title;
            this.ofRead = ofRead;
            this.ofWrite = ofWrite;
        }
    }

    /** Its name for people. */
    public String title() {
        return kind.title + ", " + reads + " % reads";
    }

    int readsInHundred() {
        return reads;
    }

    /** Operations a second on a {@link Fleet}, if its primary executed nothing but the writes and the replicas shared all reads evenly. */
    public double ideal(int replicas) {
        double share = reads / 100.0;
        return Math.min(
                Fleet.ofPrimary().perSecond() / ((1 - share) * kind.ofWrite),
                replicas * Fleet.ofStandby().perSecond() / (share * kind.ofRead));
    }

    /** Prepares what one client does again and again. */
    Job job(Access access, Client client) throws SQLException {
        return switch (kind) {
            case PGBENCH -> new PgbenchJob(access, client);
            case TPCC -> new TpccJob(access, client);
        };
    }

    /** Makes the tables anew, as the application that owns them. */
    void reset(Connection primary) throws SQLException {
        switch (kind) {
            case PGBENCH -> PgbenchJob.reset(primary);
            case TPCC -> TpccJob.reset(primary);
        }
    }
}
