package dev.weir.it.bench;

import dev.weir.it.bench.load.Mix;
import dev.weir.it.bench.load.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/** Operations a second by the number of replicas, one line for each way and one for the ideal, as SVG. */
final class LoadChart {
    private LoadChart() {}

    static void write(Mix mix, List<Integer> replicas, List<Result> results, Path file) throws IOException {
        DefaultStatisticalCategoryDataset data = new DefaultStatisticalCategoryDataset();
        for (int count : replicas) {
            data.add(mix.ideal(count), 0, "ideal", Integer.toString(count));
        }
        for (Result result : results) {
            data.add(
                    result.mean(),
                    result.deviation(),
                    result.way().title().replace("`", ""),
                    Integer.toString(result.replicas()));
        }
        Charts.write(
                mix.title(), data, new CategoryAxis("replicas"), new NumberAxis("operations a second"), true, file);
    }
}
