package dev.weir.it.hazards;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.api.DatabaseEventListener;

/**
 * Has statements whose text says {@code held N} wait, where H2 knows their tables but has locked none, until a column has been added to T: each N once. H2 makes it by its
 * name. Thread-safe.
 */
public final class HeldStatements implements DatabaseEventListener {
    private static final Pattern MARK = Pattern.compile("/\\* held \\d+ \\*/");
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private static final Object CHANGE = new Object();
    private static final Set<String> MET = ConcurrentHashMap.newKeySet();
    private static int replacements;

    @Override
    public void setProgress(int state, String sql, long step, long steps) {
        if (state == STATE_STATEMENT_START) {
            Matcher mark = MARK.matcher(sql);
            if (mark.find() && MET.add(mark.group())) {
                awaitReplacement();
            }
        } else if (state == STATE_STATEMENT_END && sql.startsWith("ALTER TABLE T ADD COLUMN")) {
            synchronized (CHANGE) {
                replacements++;
                CHANGE.notifyAll();
            }
        }
    }

    private static void awaitReplacement() {
        long end = System.nanoTime() + LIMIT_NANOS;
        synchronized (CHANGE) {
            int before = replacements;
            while (replacements == before && System.nanoTime() < end) {
                try {
                    CHANGE.wait(1_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
