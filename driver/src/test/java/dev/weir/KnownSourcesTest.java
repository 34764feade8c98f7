package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KnownSourcesTest {
    private static final String URL = "jdbc:weir:h2:tcp://localhost/none";

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1);
    private final KnownSources sources = new KnownSources(clock::get);

    private static Properties of(String user) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        return properties;
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void shouldGiveOneSourceForEqualSettingsHoweverTheyAreWritten() throws SQLException {
        ConnectionSource source = sources.of(URL, of("a"));
        assertThat(sources.of(URL, of("a"))).isSameAs(source);
        assertThat(sources.of(URL + ";USER=a", new Properties())).isSameAs(source);
        assertThat(sources.of(URL, of("b"))).isNotSameAs(source);
    }

    @Test
    void shouldKeepASourceThatIsInUse() throws SQLException {
        ConnectionSource source = sources.of(URL, of("a"));
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofMinutes(11));
            sources.of(URL, of("b"));
        }
        assertThat(sources.of(URL, of("a"))).isSameAs(source);
    }

    @Test
    void shouldForgetASourceThatNobodyAsksFor() throws SQLException {
        WeakReference<ConnectionSource> source = new WeakReference<>(sources.of(URL, of("a")));
        for (int i = 0; i < 2; i++) {
            pass(Duration.ofMinutes(11));
            sources.of(URL, of("b"));
        }
        Awaitility.await("the source to be forgotten")
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    System.gc();
                    return source.get() == null;
                });
        assertThat(sources.of(URL, of("a"))).isNotNull();
    }
}
