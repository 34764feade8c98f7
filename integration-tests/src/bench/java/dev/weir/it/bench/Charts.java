package dev.weir.it.bench;

import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.StatisticalLineAndShapeRenderer;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;
import org.jfree.svg.SVGGraphics2D;

/** How the report's charts look: points with their error bars, as SVG. */
final class Charts {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 480;

    private Charts() {}

    /** Writes a chart; {@code lines} joins the points of a series. */
    static void write(
            String title,
            DefaultStatisticalCategoryDataset data,
            CategoryAxis across,
            ValueAxis up,
            boolean lines,
            Path file)
            throws IOException {
        across.setCategoryLabelPositions(lines ? CategoryLabelPositions.STANDARD : CategoryLabelPositions.UP_45);
        CategoryPlot plot = new CategoryPlot(data, across, up, new StatisticalLineAndShapeRenderer(lines, true));
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        JFreeChart chart = new JFreeChart(title, plot);
        SVGGraphics2D svg = new SVGGraphics2D(WIDTH, HEIGHT);
        chart.draw(svg, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        Files.writeString(file, svg.getSVGDocument());
    }
}
