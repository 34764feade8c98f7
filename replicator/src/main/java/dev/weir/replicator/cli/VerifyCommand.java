package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.verify.Repair;
import dev.weir.replicator.verify.ReplicaStores;
import dev.weir.replicator.verify.Verification;
import dev.weir.replicator.verify.VerifyReport;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares replicas with their primary. Confined to one thread. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Compares replicas with their primary at one LSN while all of them run: every row, all definitions, users,"
                    + " rights, and how far sequences have got. Rows that differ are named by their primary key.",
            "A replica stops applying for a moment until both have been fixed at the same entry. --user reads every table on the replica, as"
                    + " administrators of the primary do."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the replicas equal the primary, perhaps after --repair",
            "1:they cannot be compared",
            "2:the command line is wrong",
            "3:a replica differs"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int DIFFERS = 3;

    @Mixin
    Target target = new Target();

    @Option(names = "--replica", paramLabel = "NAME", description = "Compare this one; may be repeated (default: all).")
    List<String> names = new ArrayList<>();

    @Option(
            names = "--repair",
            description =
                    "Mend the rows that differ: the primary's rows go through its log once more, at one LSN. The primary is not"
                            + " changed. What no primary key names, and definitions, are mended by resync only.")
    boolean repair;

    @Option(
            names = "--load",
            defaultValue = "50",
            paramLabel = "PERCENT",
            description =
                    "The share of the time spent reading, 1 to 100; the rest is rest (default: ${DEFAULT-VALUE}).")
    int load;

    @Option(
            names = "--wait",
            defaultValue = "60s",
            paramLabel = "TIME",
            description = "How long to wait for a replica to reach the primary's position (default: ${DEFAULT-VALUE}).")
    Duration patience = Duration.ZERO;

    @Option(
            names = "--rows",
            defaultValue = "20",
            paramLabel = "N",
            description = "How many differences of each replica are shown (default: ${DEFAULT-VALUE}).")
    int shown;

    @Mixin
    Output output = new Output();

    @Override
    public Integer call() throws Exception {
        if (load < 1 || load > 100) {
            throw CommandFailure.ofUsage("--load is " + load + "; give 1 to 100");
        }
        PrimaryAccess primary = target.primary();
        ReplicaStores stores = new ReplicaStores(primary, target.credentials.user, target.credentials.password());
        Collection<String> chosen = names.isEmpty() ? stores.urls().keySet() : names;
        if (chosen.isEmpty()) {
            throw new CommandFailure("The primary knows no replica");
        }
        boolean equal = true;
        for (String name : chosen) {
            equal &= verify(primary, name, stores.of(name));
        }
        return equal ? 0 : DIFFERS;
    }

    private boolean verify(PrimaryAccess primary, String name, Verification.Replica replica) throws Exception {
        VerifyReport report = compare(primary, name, replica);
        int mended = 0;
        VerifyReport last = report;
        if (repair && !report.isEqual()) {
            mended = new Repair(primary).mend(report);
            if (mended > 0) {
                last = compare(primary, name, replica);
            }
        }
        show(report, mended, last);
        return last.isEqual();
    }

    private VerifyReport compare(PrimaryAccess primary, String name, Verification.Replica replica) throws Exception {
        try (ProgressBar bar = output.progress()) {
            return new Verification(
                            primary,
                            name,
                            replica,
                            load,
                            patience,
                            progress -> bar.show(
                                    name + " " + progress.table(), progress.rows(), progress.total(), progress.left()))
                    .run();
        }
    }

    private void show(VerifyReport report, int mended, VerifyReport last) {
        output.print(object(report, mended, last), () -> text(report, mended, last));
    }

    private String text(VerifyReport report, int mended, VerifyReport last) {
        List<String> lines = new ArrayList<>();
        int found = report.differences().size();
        lines.add(report.replica() + " at entry " + report.lsn() + ": " + Counts.rows(report.rows()) + " in "
                + report.elapsed().toMillis() + " ms, "
                + (report.isEqual() ? "equal" : Counts.of(found, "difference")));
        for (Difference difference : report.differences().stream().limit(shown).toList()) {
            lines.add("  " + (difference.table() + " " + difference.what() + " " + difference.key()).strip());
        }
        if (found > shown) {
            lines.add("  and " + (found - shown) + " more");
        }
        if (mended > 0) {
            lines.add("  mended " + Counts.rows(mended) + "; at entry " + last.lsn() + " "
                    + (last.isEqual() ? "equal" : Counts.of(last.differences().size(), "difference") + " left"));
        }
        if (!last.isEqual()) {
            lines.add((repair ? "  to mend what is left: " : "  to mend rows: --repair; all else: ")
                    + "weir-replicator resync " + target.url + " " + report.replica());
        }
        return String.join(System.lineSeparator(), lines);
    }

    private Map<String, Object> object(VerifyReport report, int mended, VerifyReport last) {
        List<Map<String, Object>> differences = new ArrayList<>();
        for (Difference difference : report.differences().stream().limit(shown).toList()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("table", difference.table());
            one.put("what", difference.what());
            one.put("key", difference.key());
            differences.add(one);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("replica", report.replica());
        object.put("lsn", report.lsn());
        object.put("rows", report.rows());
        object.put("ms", report.elapsed().toMillis());
        object.put("equal", report.isEqual());
        object.put("difference_count", report.differences().size());
        object.put("differences", differences);
        object.put("mended_rows", mended);
        object.put("equal_now", last.isEqual());
        return object;
    }
}
