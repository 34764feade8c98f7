package dev.weir.it.corpus;

import java.sql.Connection;
import java.sql.Types;
import org.h2.api.AggregateFunction;

/** An aggregate of the database's own: the greatest of the numbers. Confined to one thread. */
public final class LastOne implements AggregateFunction {
    private long greatest;

    @Override
    public void init(Connection connection) {
        greatest = Long.MIN_VALUE;
    }

    @Override
    public int getType(int[] inputTypes) {
        return Types.BIGINT;
    }

    @Override
    public void add(Object value) {
        greatest = Math.max(greatest, ((Number) value).longValue());
    }

    @Override
    public Object getResult() {
        return greatest;
    }
}
