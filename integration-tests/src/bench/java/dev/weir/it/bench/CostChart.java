package dev.weir.it.bench;

import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.StatisticalLineAndShapeRenderer;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;
import org.jfree.svg.SVGGraphics2D;

/** The CPU times of all subjects with their error bars, on a logarithmic axis, as SVG. */
final class CostChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 480;

    private CostChart() {}

    static void write(String title, List<Cost> costs, Path file) throws IOException {
        DefaultStatisticalCategoryDataset data = new DefaultStatisticalCategoryDataset();
        for (Cost cost : costs) {
            double shown = Math.max(0.1, cost.cpuNanos());
            double error = Double.isNaN(cost.cpuError()) ? 0 : Math.min(cost.cpuError(), shown * 0.9);
            data.add(shown, error, cost.subject().title(), cost.operation());
        }
        CategoryAxis operations = new CategoryAxis("operation");
        operations.setCategoryLabelPositions(CategoryLabelPositions.UP_45);
        CategoryPlot plot = new CategoryPlot(
                data,
                operations,
                new LogarithmicAxis("CPU ns per operation"),
                new StatisticalLineAndShapeRenderer(false, true));
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        JFreeChart chart = new JFreeChart(title, plot);
        SVGGraphics2D svg = new SVGGraphics2D(WIDTH, HEIGHT);
        chart.draw(svg, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        Files.writeString(file, svg.getSVGDocument());
    }
}
