package dev.weir.it.bench.stub;

import org.jspecify.annotations.Nullable;

/** What the stub answers to a query: one row that is the same for every column position, or no row at all. Immutable. */
enum StubAnswer {
    ROW,
    HUNDRED_ROWS,
    PROBE_OF_PRIMARY,
    PROBE_OF_STANDBY,
    NO_ROW;

    private static final long POSITION = 0x3000000L;
    private static final String CLUSTER = "7000000000000000001";
    private static final int PAGE = 8192;
    private static final int SEGMENT = 16 * 1024 * 1024;

    static StubAnswer to(String sql, boolean standby) {
        if (sql.contains("pg_is_in_recovery")) {
            return standby ? PROBE_OF_STANDBY : PROBE_OF_PRIMARY;
        }
        if (!sql.contains("ITEM")) {
            return NO_ROW;
        }
        return sql.contains("ID < ") ? HUNDRED_ROWS : ROW;
    }

    int rows() {
        return switch (this) {
            case NO_ROW -> 0;
            case HUNDRED_ROWS -> 100;
            case ROW, PROBE_OF_PRIMARY, PROBE_OF_STANDBY -> 1;
        };
    }

    boolean flag(int column) {
        return this == PROBE_OF_STANDBY && column == 1;
    }

    /** The columns of a probe: in recovery, position, timeline, system identifier, page size, segment size. */
    long number(int column) {
        if (this == ROW || this == HUNDRED_ROWS) {
            return column;
        }
        return switch (column) {
            case 2 -> POSITION;
            case 3 -> 1;
            case 5 -> PAGE;
            case 6 -> SEGMENT;
            default -> 0;
        };
    }

    @Nullable String text() {
        return this == ROW || this == HUNDRED_ROWS ? "item" : CLUSTER;
    }
}
