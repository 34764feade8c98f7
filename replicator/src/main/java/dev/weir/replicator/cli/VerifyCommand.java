package dev.weir.replicator.cli;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.verify.Repair;
import dev.weir.replicator.verify.ReplicaStores;
import dev.weir.replicator.verify.Verification;
import dev.weir.replicator.verify.VerifyReport;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

    @Parameters(paramLabel = "URL", description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop.")
    String url = "";

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
            converter = Quantities.OfTime.class,
            description = "How long to wait for a replica to reach the primary's position (default: ${DEFAULT-VALUE}).")
    Duration patience = Duration.ZERO;

    @Option(
            names = "--rows",
            defaultValue = "20",
            paramLabel = "N",
            description = "How many differences of each replica are shown (default: ${DEFAULT-VALUE}).")
    int shown;

    @Option(names = "--json", description = "Print one JSON object for each replica, on one line.")
    boolean json;

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (load < 1 || load > 100) {
            throw CommandFailure.ofUsage("--load is " + load + "; give 1 to 100");
        }
        String password = credentials.password();
        PrimaryAccess primary = new PrimaryAccess(Stores.parse(url), credentials.user, password);
        // Refuses what is no primary.
        primary.openLog().close();
        ReplicaStores stores = new ReplicaStores(primary, credentials.user, password);
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
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr())) {
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
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(object(report, mended, last)));
        } else {
            out.println(report.replica() + " at entry " + report.lsn() + ": " + report.rows() + " rows in "
                    + report.elapsed().toMillis() + " ms, "
                    + (report.isEqual() ? "equal" : report.differences().size() + " differences"));
            for (Difference difference :
                    report.differences().stream().limit(shown).toList()) {
                out.println("  " + (difference.table() + " " + difference.what() + " " + difference.key()).strip());
            }
            if (report.differences().size() > shown) {
                out.println("  and " + (report.differences().size() - shown) + " more");
            }
            if (mended > 0) {
                out.println("  mended " + mended + " rows; at entry " + last.lsn() + " "
                        + (last.isEqual() ? "equal" : last.differences().size() + " differences are left"));
            }
            if (!last.isEqual()) {
                out.println("  to mend what is left: weir-replicator resync " + url + " " + report.replica());
            }
        }
        out.flush();
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
