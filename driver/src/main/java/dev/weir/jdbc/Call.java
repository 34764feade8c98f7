package dev.weir.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A way of executing a statement, as JDBC's methods differ in it. Immutable; what it executes is in the {@link RoutedStatement}.
 *
 * @param <R> what the method returns
 */
abstract sealed class Call<R> {
    static final Call<ResultSet> QUERY = new Query();
    static final Call<Integer> UPDATE = new Update();
    static final Call<Long> LARGE_UPDATE = new LargeUpdate();
    static final Call<Boolean> EXECUTE = new Execute();
    static final Call<int[]> BATCH = new Batch();
    static final Call<long[]> LARGE_BATCH = new LargeBatch();

    /** Executes on a delegate's statement. */
    abstract R run(RoutedStatement statement, Statement target) throws SQLException;

    /** What the method returns for a statement that no node executed: a result set, or if that is null an update count of 0. */
    abstract R answer(@Nullable ResultSet result) throws SQLException;

    /** Whether the method is meant for statements that change something, so that it is no use on a replica. */
    boolean isForWrites() {
        return true;
    }

    private static final class Query extends Call<ResultSet> {
        @Override
        ResultSet run(RoutedStatement statement, Statement target) throws SQLException {
            return statement.wrapped(statement.queryOn(target));
        }

        @Override
        ResultSet answer(@Nullable ResultSet result) throws SQLException {
            if (result == null) {
                throw Refusal.noResultSet();
            }
            return result;
        }

        @Override
        boolean isForWrites() {
            return false;
        }
    }

    private static final class Update extends Call<Integer> {
        @Override
        Integer run(RoutedStatement statement, Statement target) throws SQLException {
            return statement.updateOn(target);
        }

        @Override
        Integer answer(@Nullable ResultSet result) throws SQLException {
            refuse(result);
            return 0;
        }
    }

    private static final class LargeUpdate extends Call<Long> {
        @Override
        Long run(RoutedStatement statement, Statement target) throws SQLException {
            return statement.largeUpdateOn(target);
        }

        @Override
        Long answer(@Nullable ResultSet result) throws SQLException {
            refuse(result);
            return 0L;
        }
    }

    private static final class Execute extends Call<Boolean> {
        @Override
        Boolean run(RoutedStatement statement, Statement target) throws SQLException {
            return statement.executeOn(target);
        }

        @Override
        Boolean answer(@Nullable ResultSet result) {
            return result != null;
        }

        @Override
        boolean isForWrites() {
            return false;
        }
    }

    private static final class Batch extends Call<int[]> {
        @Override
        int[] run(RoutedStatement statement, Statement target) throws SQLException {
            return target.executeBatch();
        }

        @Override
        int[] answer(@Nullable ResultSet result) {
            return new int[0];
        }
    }

    private static final class LargeBatch extends Call<long[]> {
        @Override
        long[] run(RoutedStatement statement, Statement target) throws SQLException {
            return target.executeLargeBatch();
        }

        @Override
        long[] answer(@Nullable ResultSet result) {
            return new long[0];
        }
    }

    private static void refuse(@Nullable ResultSet result) throws SQLException {
        if (result != null) {
            throw Refusal.resultSetReturned();
        }
    }
}
