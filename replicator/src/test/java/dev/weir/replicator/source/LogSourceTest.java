package dev.weir.replicator.source;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.Lsn;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSourceTest {
    private static final int LARGE = 500_000;

    @TempDir
    Path directory;

    @Test
    void shouldReadFewerEntriesAtOnceWhenTheyAreLarge() throws SQLException {
        StoreUrl url = StoreUrl.parse("jdbc:h2:mem:large-" + directory.getFileName());
        try (PrimaryStore primary = PrimaryStore.open(url, "SA", "");
                LoggedWriter writer = new LoggedWriter(url.jdbc(), "SA", "");
                LogSource source = new PrimaryAccess(url, "SA", "").openLog()) {
            for (int i = 0; i < 100; i++) {
                writer.commit(rows("T", Change.INSERT, List.of("B"), 0, new Object[][] {{new byte[LARGE]}}));
            }
            assertThat(source.read(Lsn.ZERO).entries())
                    .as("before they are durable")
                    .isEmpty();
            assertThat(primary.flush()).isTrue();
            List<Integer> sizes = new ArrayList<>();
            List<Long> lsns = new ArrayList<>();
            for (LogSource.Batch batch = source.read(Lsn.ZERO);
                    !batch.entries().isEmpty();
                    batch = source.read(new Lsn(lsns.size()))) {
                sizes.add(batch.entries().size());
                batch.entries().stream()
                        .map(LogTransaction::lsn)
                        .map(Lsn::value)
                        .forEach(lsns::add);
            }

            assertThat(sizes).allMatch(size -> size <= 40).hasSizeGreaterThan(8);
            assertThat(lsns).hasSize(100).isSorted().startsWith(1L).endsWith(100L);
            assertThat(source.cluster()).isEqualTo(primary.cluster());
        }
    }

    @Test
    void shouldRefuseWhatIsNoPrimary() throws SQLException {
        StoreUrl url = StoreUrl.parse("jdbc:h2:mem:plain-" + directory.getFileName());
        try (Connection plain = Sessions.open(url, "SA", "")) {
            assertThat(plain.isValid(1)).isTrue();
            assertThatThrownBy(() -> new PrimaryAccess(url, "SA", "").openLog())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("weir-replicator primary")
                    .extracting("SQLState")
                    .isEqualTo("08001");
        }
        assertThatThrownBy(() -> new PrimaryAccess(url, "SA", "").openLog())
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isEqualTo("90146");
    }
}
