package dev.weir;

import dev.weir.sql.Recent;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sources of a JVM's connections, one for equal settings for as long as one of those is in use, found by what was asked for. What is
 * asked for is kept, credentials included, until 10 to 20 minutes after it was asked for last. Thread-safe.
 */
final class KnownSources {
    private static final int MOST = 256;
    private static final Duration GENERATION = Duration.ofMinutes(10);

    private final Recent<Asked, ConnectionSource> asked = new Recent<>(MOST);
    private final ConcurrentMap<WeirSettings, Held> bySettings = new ConcurrentHashMap<>();
    private final ReferenceQueue<ConnectionSource> unused = new ReferenceQueue<>();
    private final LongSupplier clock;
    private final AtomicLong turned;

    /** @param clock monotonic, in nanoseconds */
    KnownSources(LongSupplier clock) {
        this.clock = clock;
        this.turned = new AtomicLong(clock.getAsLong());
    }

    /** The arguments of a call as they were then; its text form is not to be shown, since it has the password. */
    private record Asked(String url, Map<String, String> properties) {
        static Asked of(String url, Properties info) {
            Map<String, String> copy = new HashMap<>();
            for (String name : info.stringPropertyNames()) {
                copy.put(name, info.getProperty(name));
            }
            return new Asked(url, copy);
        }

        @Override
        public int hashCode() {
            return 31 * url.hashCode() + properties.hashCode();
        }

        @Override
        public String toString() {
            return "Asked[" + properties.keySet() + "]";
        }
    }

    /** A source that may be forgotten when nobody uses it. */
    private static final class Held extends WeakReference<ConnectionSource> {
        private final WeirSettings settings;

        Held(ConnectionSource source, WeirSettings settings, ReferenceQueue<ConnectionSource> unused) {
            super(source, unused);
            this.settings = settings;
        }
    }

    /**
     * Where connections come from for a call with these arguments.
     *
     * @throws SQLException 08001 if the URL or a property is not valid
     */
    ConnectionSource of(String url, Properties info) throws SQLException {
        age();
        Asked call = Asked.of(url, info);
        ConnectionSource known = asked.get(call);
        if (known == null) {
            known = of(SettingsReader.read(url, info));
            asked.put(call, known);
        }
        return known;
    }

    private void age() {
        long began = turned.get();
        long now = clock.getAsLong();
        if (now - began >= GENERATION.toNanos() && turned.compareAndSet(began, now)) {
            asked.turn();
        }
    }

    private ConnectionSource of(WeirSettings settings) {
        for (Reference<?> gone = unused.poll(); gone != null; gone = unused.poll()) {
            if (gone instanceof Held held) {
                bySettings.remove(held.settings, held);
            }
        }
        ConnectionSource made = null;
        while (true) {
            Held held = bySettings.get(settings);
            ConnectionSource known = held == null ? null : held.get();
            if (known != null) {
                return known;
            }
            made = made == null ? new ConnectionSource(settings) : made;
            if (replace(settings, held, new Held(made, settings, unused))) {
                return made;
            }
        }
    }

    private boolean replace(WeirSettings settings, @Nullable Held old, Held held) {
        return old == null ? bySettings.putIfAbsent(settings, held) == null : bySettings.replace(settings, old, held);
    }
}
