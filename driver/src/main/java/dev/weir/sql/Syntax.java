package dev.weir.sql;

import java.util.Locale;

/** The lexical rules that a server reads texts by. Immutable. */
public enum Syntax {
    POSTGRESQL,
    /** H2 in a mode that is not known: what its modes read differently counts as ambiguous. */
    H2,
    /** H2 in a mode where brackets index arrays and {@code #} is an error, as its regular one. */
    H2_REGULAR,
    /** H2 in mode Oracle, where {@code #} may stand in names. */
    H2_POUND,
    /** H2 in mode MSSQLServer, where brackets quote names and {@code #} may stand in them. */
    H2_BRACKETS;

    /** What holds for the dialect as long as nothing more is known of the server. */
    static Syntax of(SqlDialect dialect) {
        return switch (dialect) {
            case H2 -> H2;
            case POSTGRESQL -> POSTGRESQL;
        };
    }

    /** The rules of one of H2's compatibility modes, named as its setting MODE has it. */
    public static Syntax ofH2Mode(String mode) {
        return switch (mode.toUpperCase(Locale.ROOT)) {
            case "MSSQLSERVER" -> H2_BRACKETS;
            case "ORACLE" -> H2_POUND;
            case "REGULAR", "STRICT", "LEGACY", "DB2", "DERBY", "HSQLDB", "MARIADB", "MYSQL", "POSTGRESQL" ->
                H2_REGULAR;
            default -> H2;
        };
    }

    boolean isH2() {
        return this != POSTGRESQL;
    }
}
