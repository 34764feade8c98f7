package dev.weir.it.bench.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Reads a balance by key, and changes one, as pgbench does; each by itself in auto-commit. Confined to one thread. */
final class PgbenchJob implements Job {
    private final Client client;
    private final PreparedStatement read;
    private final PreparedStatement write;

    PgbenchJob(Access access, Client client) throws SQLException {
        this.client = client;
        this.read = access.reading().prepareStatement("SELECT balance, version FROM load_account WHERE id = ?");
        this.write = access.writing()
                .prepareStatement("UPDATE load_account SET balance = balance + ?, version = ? WHERE id = ?");
    }

    static void reset(Connection primary) throws SQLException {
        try (Statement statement = primary.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS load_account");
            statement.execute("CREATE TABLE load_account"
                    + "(id INT PRIMARY KEY, balance BIGINT, version BIGINT, filler CHAR(84)) WITH (fillfactor = 50)");
            statement.execute("INSERT INTO load_account SELECT n, 0, 0, '' FROM generate_series(0, " + (Client.KEYS - 1)
                    + ") AS n");
        }
    }

    @Override
    public Missed read() throws SQLException {
        int key = client.keyToRead();
        long told = client.told(key);
        read.setInt(1, key);
        try (ResultSet row = read.executeQuery()) {
            row.next();
            return client.judge(key, row.getLong(2), told);
        }
    }

    @Override
    public void write() throws SQLException {
        int key = client.keyToWrite();
        write.setInt(1, client.random().nextInt(1000));
        write.setLong(2, client.nextVersion(key));
        write.setInt(3, key);
        if (write.executeUpdate() != 1) {
            throw new SQLException("The account " + key + " is not there", "02000");
        }
        client.written(key);
    }
}
