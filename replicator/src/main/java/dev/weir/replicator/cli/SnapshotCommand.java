package dev.weir.replicator.cli;

import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Snapshot;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a consistent copy of a running primary. Confined to one thread. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a copy of a running primary at one LSN as an SQL script, without Weir's own tables. H2 makes a store of it with"
                    + " RUNSCRIPT FROM 'FILE' (COMPRESSION GZIP for .gz). The file has its name only once it is whole."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:written",
            "1:the primary cannot be copied or the file not written",
            "2:the command line is wrong"
        })
final class SnapshotCommand implements Callable<Integer> {
    private static final int ATTEMPTS = 5;
    private static final Pattern HEAD_ROW = Pattern.compile(
            "INSERT INTO \"?WEIR\"?\\.\"?HEAD\"?.*VALUES\\s*\\(1, ([0-9]+),.*",
            Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    private static final Pattern WEIRS_OWN = Pattern.compile(
            "(?i)(CREATE SCHEMA IF NOT EXISTS \"?WEIR\"?\\b|[A-Z ,]*\\s\"?WEIR\"?\\.\"?[A-Z_]+\"?\\W|GRANT .* ON \"?WEIR\"?\\.).*",
            Pattern.DOTALL);

    @Mixin
    Target target = new Target();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file; compressed if its name ends in .gz. It must not exist.")
    Path out = Path.of("");

    @Mixin
    Output output = new Output();

    private long rows;
    private long lsn;

    @Override
    public Integer call() throws Exception {
        if (Files.exists(out)) {
            throw new CommandFailure("File " + out + " exists already; name another");
        }
        PrimaryAccess primary = target.primary();
        Path fresh = out.resolveSibling(out.getFileName() + ".new");
        long startedAt = System.nanoTime();
        try (LogSource source = primary.openLog();
                ProgressBar bar = output.progress()) {
            boolean sound = false;
            for (int attempt = 0; attempt < ATTEMPTS && !sound; attempt++) {
                sound = write(primary, fresh, source.rowEstimate(), bar);
            }
            if (!sound) {
                throw new CommandFailure("The schema changed during each of " + ATTEMPTS + " attempts; try again");
            }
            Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE);
        } catch (UncheckedIOException e) {
            throw new CommandFailure("File " + out + " cannot be written: " + CommandFailure.reason(e.getCause()));
        } catch (IOException e) {
            throw new CommandFailure("File " + out + " cannot be written: " + CommandFailure.reason(e));
        } finally {
            Files.deleteIfExists(fresh);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", out.toString());
        object.put("lsn", lsn);
        object.put("rows", rows);
        object.put("bytes", Files.size(out));
        output.print(
                object,
                () -> out + ": " + Counts.rows(rows) + " at entry " + lsn + ", " + object.get("bytes") + " bytes, "
                        + Duration.ofNanos(System.nanoTime() - startedAt).toMillis() + " ms");
        return 0;
    }

    private boolean write(PrimaryAccess primary, Path fresh, long total, ProgressBar bar)
            throws SQLException, IOException {
        long startedAt = System.nanoTime();
        rows = 0;
        try (Snapshot snapshot = primary.openSnapshot();
                OutputStream file = Files.newOutputStream(fresh);
                OutputStream packed = out.toString().endsWith(".gz") ? new GZIPOutputStream(file) : file;
                Writer text = new BufferedWriter(new OutputStreamWriter(packed, StandardCharsets.UTF_8))) {
            return snapshot.stream(statement -> {
                Matcher head = HEAD_ROW.matcher(statement.length() > 1_000 ? "" : statement);
                try {
                    if (head.matches()) {
                        lsn = Long.parseLong(head.group(1));
                        text.write("-- at entry " + lsn + " of the primary's log\n");
                    } else if (!WEIRS_OWN
                            .matcher(statement.substring(0, Math.min(statement.length(), 200)))
                            .matches()) {
                        rows += statement.startsWith("INSERT ") ? 1 : 0;
                        text.write(statement);
                        text.write('\n');
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                bar.show(target.url, rows, Math.max(rows, total), left(startedAt, total));
            });
        }
    }

    private Optional<Duration> left(long startedAt, long total) {
        return rows == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(
                        (long) ((double) (System.nanoTime() - startedAt) / rows * Math.max(0, total - rows))));
    }
}
