package dev.weir.it.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own that loads a subject, opens a connection and reads a row, and then holds connections open. Prints what that took on one
 * line: CPU and elapsed milliseconds until the row, then threads and bytes of live heap with one connection and with all. Confined to one
 * thread.
 */
public final class FirstRow {
    /** What the line begins with. */
    static final String MARK = "FIRST ROW ";

    private FirstRow() {}

    /**
     * Does so for one subject.
     *
     * @param arguments the subject, the target, and how many connections to hold; none for 0
     */
    public static void main(String[] arguments) throws Exception {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long spent = system.getProcessCpuTime();
        long began = System.nanoTime();
        Target.Address address = Target.valueOf(arguments[1]).start();
        Source source =
                Subject.valueOf(arguments[0]).open(address.holding(Math.max(1, Integer.parseInt(arguments[2]))));
        Connection first = source.connection();
        read(first);
        long took = System.nanoTime() - began;
        spent = system.getProcessCpuTime() - spent;
        String one = footprint();
        List<Connection> open = new ArrayList<>(List.of(first));
        while (open.size() < Integer.parseInt(arguments[2])) {
            open.add(source.connection());
        }
        String all = footprint();
        System.out.println(MARK + spent / 1_000_000 + " " + took / 1_000_000 + " " + one + " " + all);
        for (Connection connection : open) {
            connection.close();
        }
        source.end().run();
        address.end().run();
        // Some peers leave threads behind that would keep the JVM.
        System.exit(0);
    }

    private static void read(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT NAME FROM ITEM WHERE ID = ?")) {
            select.setInt(1, 1);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("The item 1 is not there", "02000");
                }
            }
        }
    }

    private static String footprint() {
        // Twice, since the first collection only finds what has finalizers and cleaners.
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return ManagementFactory.getThreadMXBean().getThreadCount() + " " + heap;
    }
}
