package dev.weir.replicator.replica;

import java.sql.SQLException;

/** The primary cannot be asked; what this replica holds is not in doubt. */
final class PrimaryLost extends Exception {
    private static final long serialVersionUID = 1L;

    private final SQLException failure;

    PrimaryLost(SQLException cause) {
        super(cause.getMessage(), cause);
        this.failure = cause;
    }

    SQLException failure() {
        return failure;
    }

    /** A question to the primary. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws SQLException;
    }

    static <T> T ask(Question<T> question) throws PrimaryLost {
        try {
            return question.ask();
        } catch (SQLException e) {
            throw new PrimaryLost(e);
        }
    }

    /** Something to tell the primary. */
    @FunctionalInterface
    interface News {
        void tell() throws SQLException;
    }

    static void tell(News news) throws PrimaryLost {
        try {
            news.tell();
        } catch (SQLException e) {
            throw new PrimaryLost(e);
        }
    }
}
