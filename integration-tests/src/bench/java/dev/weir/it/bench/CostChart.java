package dev.weir.it.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/** The CPU times of all subjects with their error bars, on a logarithmic axis, as SVG. */
final class CostChart {
    private CostChart() {}

    static void write(String title, List<Cost> costs, Path file) throws IOException {
        DefaultStatisticalCategoryDataset data = new DefaultStatisticalCategoryDataset();
        for (Cost cost : costs) {
            double shown = Math.max(0.1, cost.cpuNanos());
            double error = Double.isNaN(cost.cpuError()) ? 0 : Math.min(cost.cpuError(), shown * 0.9);
            data.add(shown, error, cost.subject().title(), cost.operation());
        }
        Charts.write(
                title, data, new CategoryAxis("operation"), new LogarithmicAxis("CPU ns per operation"), false, file);
    }
}
