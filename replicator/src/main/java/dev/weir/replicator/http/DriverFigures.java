package dev.weir.replicator.http;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes of each node, where a driver of this JVM reports them through JMX. Pure. */
final class DriverFigures {
    private static final Logger LOG = LoggerFactory.getLogger(DriverFigures.class);

    private DriverFigures() {}

    /** One line for each node of each cluster that a driver of this JVM uses; empty if none does. */
    static List<Map<String, Object>> read() {
        List<Map<String, Object>> lines = new ArrayList<>();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName name : server.queryNames(new ObjectName("dev.weir:type=Cluster,*"), null)) {
                if (server.getAttribute(name, "Nodes") instanceof CompositeData[] nodes) {
                    for (CompositeData node : nodes) {
                        lines.add(line(name, node));
                    }
                }
            }
        } catch (JMException gone) {
            // A cluster may be closed while it is asked.
            LOG.debug("event=driver_figures_unknown reason=\"{}\"", gone.getMessage());
        }
        return lines;
    }

    private static Map<String, Object> line(ObjectName cluster, CompositeData node) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("cluster", ObjectName.unquote(cluster.getKeyProperty("name")));
        line.put("node", node.get("name"));
        line.put("role", String.valueOf(node.get("role")));
        line.put("reads", node.get("reads"));
        line.put("writes", node.get("writes"));
        line.put("in_flight", node.get("inFlight"));
        line.put("failures", node.get("failures"));
        return line;
    }
}
