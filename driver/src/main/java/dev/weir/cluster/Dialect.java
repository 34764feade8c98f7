package dev.weir.cluster;

import dev.weir.sql.SqlDialect;
import dev.weir.sql.Syntax;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** How one database tells its role and position, and what its errors say about a node. Immutable. */
abstract class Dialect {
    static Dialect of(SqlDialect dialect) {
        return switch (dialect) {
            case H2 -> new H2Dialect();
            case POSTGRESQL -> new PostgresDialect();
        };
    }

    /** One query that tells all, in one round trip, for an ordinary user on a primary and on a replica. */
    abstract String probeSql();

    /**
     * Reads the probe's answer.
     *
     * @param row before its first row
     */
    abstract Reading read(ResultSet row) throws SQLException;

    /**
     * Asks a node for the database's own objects, as columns kind, schema, name, language and body of a
     * {@link dev.weir.sql.Definition}; kind {@code mode} names the lexical rules, kind {@code plain} a table in which an INSERT leaves
     * its rows and nothing else.
     */
    abstract String definitionsSql();

    /**
     * Asks a node for one text that differs whenever {@link #definitionsSql} may answer differently; null if the probe tells the
     * position of the newest schema change.
     */
    @Nullable String schemaVersionSql() {
        return null;
    }

    /**
     * Asks a primary for the points at which its history began anew.
     *
     * @return empty if there are none, or the user may not know them
     */
    abstract List<Origin> origins(Connection primary, Reading reading) throws SQLException;

    /** The lexical rules of a server that does not tell them. */
    abstract Syntax syntax();

    /** What an error says about the node that raised it. */
    abstract Failure failure(SQLException error);

    /** Whether an error of the probe means that the node is reachable but no part of a Weir cluster. */
    abstract boolean isForeign(SQLException error);

    /**
     * Adds what every connection to a node that runs elsewhere needs, where URL and properties leave it open.
     *
     * @param bound how long a connection attempt and an answer may take; null for the target driver's own default
     */
    abstract void complete(String url, Properties properties, @Nullable Duration bound);

    /**
     * How long a probe may wait for its connection and its answer, given what the probe interval allows and after what silence all
     * connections to the node are broken off.
     */
    Duration probeBound(Duration byInterval, Duration nodeTimeout) {
        return byInterval;
    }

    /** Breaks a physical connection off from any thread: whoever waits for its answer fails at once. Waits for no server. */
    abstract void cut(Connection physical) throws SQLException;

    /** What to add to the class path for the target driver. */
    abstract String driverArtifact();

    /** The part of a URL between the slashes, such as {@code a:5432}; the whole URL without its prefix if it has none. */
    static String host(String url) {
        int from = url.indexOf("//");
        if (from < 0) {
            int end = url.indexOf(';');
            return url.substring("jdbc:".length(), end < 0 ? url.length() : end);
        }
        int to = url.indexOf('/', from + 2);
        return url.substring(from + 2, to < 0 ? url.length() : to);
    }
}
