package dev.weir.it.bench.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Places orders of two lines in a transaction, and asks for the state of a customer's newest order or for the stock of what was ordered, as
 * TPC-C does, on a tenth of its columns. Reads run in auto-commit. Confined to one thread.
 */
final class TpccJob implements Job {
    private static final int ITEMS = 1_000;
    private static final int LINES = 2;

    static final int STATEMENTS_OF_ORDER = 3 + 2 * LINES;

    private final Client client;
    private final Connection writing;
    private final PreparedStatement customer;
    private final PreparedStatement lines;
    private final PreparedStatement stock;
    private final PreparedStatement price;
    private final PreparedStatement place;
    private final PreparedStatement line;
    private final PreparedStatement take;
    private final PreparedStatement newest;

    TpccJob(Access access, Client client) throws SQLException {
        this.client = client;
        Connection reading = access.reading();
        customer = reading.prepareStatement("SELECT name, orders FROM load_customer WHERE id = ?");
        lines = reading.prepareStatement("SELECT l.item, l.quantity FROM load_order o JOIN load_line l"
                + " ON l.customer = o.customer AND l.number = o.number WHERE o.customer = ? AND o.number = ?");
        stock = reading.prepareStatement("SELECT count(*) FROM load_stock WHERE item BETWEEN ? AND ? AND quantity < ?");
        writing = access.writing();
        price = writing.prepareStatement("SELECT quantity FROM load_stock WHERE item = ?");
        place = writing.prepareStatement("INSERT INTO load_order(customer, number) VALUES (?, ?)");
        line = writing.prepareStatement(
                "INSERT INTO load_line(customer, number, ordinal, item, quantity) VALUES (?, ?, ?, ?, 1)");
        take = writing.prepareStatement("UPDATE load_stock SET quantity = quantity - 1 WHERE item = ?");
        newest = writing.prepareStatement("UPDATE load_customer SET orders = ? WHERE id = ?");
    }

    static void reset(Connection primary) throws SQLException {
        try (Statement statement = primary.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS load_customer, load_order, load_line, load_stock");
            statement.execute("CREATE TABLE load_customer(id INT PRIMARY KEY, name VARCHAR(40), orders BIGINT)");
            statement.execute("CREATE TABLE load_order(customer INT, number BIGINT, PRIMARY KEY (customer, number))");
            statement.execute("CREATE TABLE load_line(customer INT, number BIGINT, ordinal INT, item INT, quantity INT,"
                    + " PRIMARY KEY (customer, number, ordinal))");
            statement.execute("CREATE TABLE load_stock(item INT PRIMARY KEY, quantity INT)");
            statement.execute("INSERT INTO load_customer SELECT n, 'customer ' || n, 0 FROM generate_series(0, "
                    + (Client.KEYS - 1) + ") AS n");
            statement.execute(
                    "INSERT INTO load_stock SELECT n, 1000000 FROM generate_series(0, " + (ITEMS - 1) + ") AS n");
        }
    }

    @Override
    public Missed read() throws SQLException {
        return client.random().nextBoolean() ? orderState() : stockLevel();
    }

    private Missed orderState() throws SQLException {
        int key = client.keyToRead();
        long told = client.told(key);
        customer.setInt(1, key);
        long number;
        try (ResultSet row = customer.executeQuery()) {
            row.next();
            number = row.getLong(2);
        }
        lines.setInt(1, key);
        lines.setLong(2, number);
        int found = 0;
        try (ResultSet rows = lines.executeQuery()) {
            while (rows.next()) {
                found++;
            }
        }
        Missed missed = client.judge(key, number, told);
        // The order was seen a moment ago, so its lines must be there.
        return missed == Missed.NOTHING && number > 0 && found != LINES ? Missed.OTHERS : missed;
    }

    private Missed stockLevel() throws SQLException {
        int from = client.random().nextInt(ITEMS);
        stock.setInt(1, from);
        stock.setInt(2, from + 20);
        stock.setInt(3, 1_000_000);
        try (ResultSet row = stock.executeQuery()) {
            row.next();
            return Missed.NOTHING;
        }
    }

    @Override
    public void write() throws SQLException {
        writing.setAutoCommit(false);
        try {
            int key = client.keyToWrite();
            place(key, client.nextVersion(key));
            writing.commit();
            client.written(key);
        } catch (SQLException failure) {
            writing.rollback();
            throw failure;
        } finally {
            writing.setAutoCommit(true);
        }
    }

    private void place(int key, long number) throws SQLException {
        int first = client.random().nextInt(ITEMS - LINES);
        price.setInt(1, first);
        try (ResultSet row = price.executeQuery()) {
            row.next();
        }
        place.setInt(1, key);
        place.setLong(2, number);
        place.executeUpdate();
        for (int i = 0; i < LINES; i++) {
            line.setInt(1, key);
            line.setLong(2, number);
            line.setInt(3, i);
            line.setInt(4, first + i);
            line.addBatch();
        }
        line.executeBatch();
        newest.setLong(1, number);
        newest.setInt(2, key);
        newest.executeUpdate();
        // In the order of items, so that no two orders wait for each other; last, so that they wait briefly.
        for (int i = 0; i < LINES; i++) {
            take.setInt(1, first + i);
            take.addBatch();
        }
        take.executeBatch();
    }
}
