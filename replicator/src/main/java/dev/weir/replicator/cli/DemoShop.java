package dev.weir.replicator.cli;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/**
 * The demo's application: a shop that knows nothing of Weir but its URL. Customers order and look at what they ordered; others browse. Each object is one
 * customer or browser with its own connection, confined to one thread; the counters are shared and thread-safe.
 */
final class DemoShop implements AutoCloseable {
    static final int PRODUCTS = 200;

    /** What all customers and browsers together have done. Thread-safe. */
    static final class Counters {
        final LongAdder transactions = new LongAdder();
        final LongAdder reads = new LongAdder();
        final LongAdder missedOwnWrites = new LongAdder();
    }

    private final Connection connection;
    private final Counters counters;
    private final Random random;

    DemoShop(String url, long seed, Counters counters) throws SQLException {
        this.connection = DriverManager.getConnection(url, "sa", "");
        this.counters = counters;
        this.random = new Random(seed);
    }

    /** Creates the tables and fills the shelves. */
    static void open(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "sa", "");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE product(id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, stock INT NOT NULL)");
            statement.execute("CREATE TABLE purchase(id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    + " customer INT NOT NULL, product INT NOT NULL REFERENCES product(id), quantity INT NOT NULL,"
                    + " placed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)");
            statement.execute("CREATE INDEX purchase_customer ON purchase(customer)");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO product VALUES (?, ?, 1000)")) {
                for (int i = 1; i <= PRODUCTS; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "product " + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
    }

    /** One transaction of a customer, who then looks at it: outside the transaction, so that a replica may answer. */
    int order() throws SQLException {
        int customer = random.nextInt(1_000);
        int product = 1 + random.nextInt(PRODUCTS);
        connection.setAutoCommit(false);
        long purchase = place(customer, product);
        boolean changedMind = random.nextInt(20) == 0;
        if (changedMind) {
            connection.rollback();
        } else {
            connection.commit();
            counters.transactions.increment();
        }
        connection.setAutoCommit(true);
        String look = "SELECT COUNT(*) FROM purchase WHERE id = ?";
        boolean seen = count(look, purchase) == 1;
        // Housekeeping may have cancelled it meanwhile; then the primary does not have it either.
        if (seen == changedMind && (count("/* weir: primary */ " + look, purchase) == 1) != seen) {
            counters.missedOwnWrites.increment();
        }
        return 0;
    }

    private long place(int customer, int product) throws SQLException {
        try (PreparedStatement take = connection.prepareStatement("UPDATE product SET stock = stock - 1 WHERE id = ?");
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO purchase(customer, product, quantity) VALUES (?, ?, 1)", new String[] {"ID"})) {
            take.setInt(1, product);
            take.executeUpdate();
            insert.setInt(1, customer);
            insert.setInt(2, product);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    /** Housekeeping: cancels what one customer bought first, and fills one shelf. */
    int tidy() throws SQLException {
        try (PreparedStatement cancel = connection.prepareStatement(
                        "DELETE FROM purchase WHERE id IN (SELECT id FROM purchase WHERE customer = ? ORDER BY id FETCH FIRST 2 ROWS ONLY)");
                PreparedStatement fill =
                        connection.prepareStatement("UPDATE product SET stock = 1000 WHERE stock < ?")) {
            cancel.setInt(1, random.nextInt(1_000));
            cancel.executeUpdate();
            fill.setInt(1, 900);
            fill.executeUpdate();
            counters.transactions.add(2);
        }
        return 0;
    }

    /** A few pages of someone who only looks. */
    int browse() throws SQLException {
        for (int i = 0; i < 4; i++) {
            count("SELECT stock FROM product WHERE id = ?", 1L + random.nextInt(PRODUCTS));
        }
        count("SELECT COUNT(*) FROM purchase WHERE customer = ?", random.nextInt(1_000));
        return 0;
    }

    private long count(String sql, long parameter) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                counters.reads.increment();
                return row.next() ? row.getLong(1) : -1;
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
