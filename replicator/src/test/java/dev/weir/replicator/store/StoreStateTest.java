package dev.weir.replicator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the files of a store tell before it is opened. */
@Timeout(120)
final class StoreStateTest extends KeptStore {
    @Test
    void shouldTellStoreClosedInOrder() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        first.close();
        keeper.close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.CLOSED);
        assertThat(WholeMark.fileOf(file)).doesNotExist();
    }

    @Test
    void shouldBeClosedWhenNothingWasWrittenWholeSince() throws Exception {
        execute(first, "SHUTDOWN");
        StoreHeader closed = StoreHeader.read(file, null).orElseThrow();
        WholeMark.begin(
                        file,
                        closed.created(),
                        new WholeMark.Version(
                                closed.version() + 1, Duration.ofDays(1).toMillis()))
                .close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.CLOSED);
        first = open(url);
    }

    @Test
    void shouldKeepMarkOfStoreThatCrashedUnderIt() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        execute(first, "UPDATE B SET V = 1 WHERE ID = 0");
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        assertThat(StoreState.of(file)).as("again").isEqualTo(StoreState.WHOLE);
        first = open(url);
        try (Statement statement = first.createStatement();
                ResultSet row = statement.executeQuery("SELECT SUM(V) FROM B")) {
            row.next();
            assertThat(row.getLong(1)).isZero();
        }
    }

    @Test
    void shouldDoubtStoreThatNobodyKept() throws Exception {
        execute(first, "CHECKPOINT SYNC");
        execute(first, "SHUTDOWN IMMEDIATELY");
        assertThat(StoreState.of(file)).isEqualTo(StoreState.DOUBTFUL);
    }

    @Test
    void shouldDoubtStoreThatOthersOpenedAfterCrash() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        try (Connection other = open(url)) {
            execute(other, "UPDATE B SET V = 1 WHERE ID = 0");
            execute(other, "CHECKPOINT SYNC");
        }
        assertThat(StoreState.of(file)).isEqualTo(StoreState.DOUBTFUL);
    }

    @Test
    void shouldLeaveStoreAloneThatSomebodyHasOpen() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.IN_USE);
        assertThat(WholeMark.fileOf(file)).exists();
        keeper.close();
    }

    @Test
    void shouldReadTheOtherRecordWhenOneIsHalfWritten() throws Exception {
        try (WholeMark mark = WholeMark.begin(file, 5, version(10))) {
            mark.write(version(11));
            mark.write(version(12));
        }
        Path written = WholeMark.fileOf(file);
        byte[] bytes = Files.readAllBytes(written);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(5, List.of(version(12), version(11))));
        bytes[10] ^= 1;
        Files.write(written, bytes);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(5, List.of(version(11))));
        bytes[bytes.length - 1] ^= 1;
        Files.write(written, bytes);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(0, List.of()));
    }

    private static WholeMark.Version version(long number) {
        return new WholeMark.Version(number, 1000 + number);
    }
}
