import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** What a tool does that has Weir's jar in its folder of drivers: started with {@code java -cp}, given URL, user and password. */
class Probe {
    /** Settled by the SQL parser alone: a word that begins a statement, as a column. */
    private static final String PARSED = "SELECT (merge) FROM (SELECT id AS merge FROM probe) x";

    private static final long PATIENCE = 30_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2]);
                Statement statement = connection.createStatement()) {
            System.out.println("driver=" + connection.getMetaData().getDriverName());
            statement.execute("CREATE TABLE probe (id INT PRIMARY KEY)");
            statement.executeUpdate("INSERT INTO probe VALUES (1), (2)");
            long begun = System.nanoTime();
            String route = route(statement);
            while (!route.startsWith("read replica") && System.nanoTime() - begun < PATIENCE) {
                Thread.sleep(20);
                route = route(statement);
            }
            System.out.println("route=" + route);
            int sum = 0;
            try (ResultSet rows = statement.executeQuery(PARSED)) {
                while (rows.next()) {
                    sum += rows.getInt(1);
                }
            }
            System.out.println("sum=" + sum);
        }
    }

    private static String route(Statement statement) throws Exception {
        try (ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + PARSED)) {
            row.next();
            return row.getString("kind") + " " + row.getString("route");
        }
    }
}
