package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UsersTest {
    private long now;
    private final Users users = new Users(() -> now);

    @Test
    void shouldStayOpenWhileSomebodySharesIt() {
        assertThat(users.join()).isTrue();
        assertThat(users.join()).isTrue();
        users.leave();
        assertThat(users.closeIfUnused()).isFalse();
        assertThat(users.join()).isTrue();
        assertThat(users.count()).isEqualTo(2);
    }

    @Test
    void shouldCloseOnceForGood() {
        assertThat(users.join()).isTrue();
        users.leave();
        assertThat(users.closeIfUnused()).isTrue();
        assertThat(users.closeIfUnused()).isFalse();
        assertThat(users.join()).isFalse();
        assertThat(users.isClosed()).isTrue();
    }

    @Test
    void shouldCountAsIdleSinceNobodyCameAnyMore() {
        assertThat(users.isIdleFor(10)).isFalse();
        now = 8;
        users.join();
        users.leave();
        now = 12;
        assertThat(users.isIdleFor(10)).as("somebody was there since").isFalse();
        now = 21;
        assertThat(users.isIdleFor(10)).isFalse();
        now = 22;
        assertThat(users.isIdleFor(10)).isTrue();
    }

    @Test
    void shouldNeverCloseUnderSomebodyWhoHasJoined() throws Exception {
        int threads = 4;
        for (int round = 0; round < 200; round++) {
            Users shared = new Users(() -> 0);
            AtomicInteger closers = new AtomicInteger();
            AtomicBoolean closedUnderUser = new AtomicBoolean();
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(CompletableFuture.runAsync(
                        () -> {
                            for (int n = 0; n < 50 && shared.join(); n++) {
                                if (shared.isClosed()) {
                                    closedUnderUser.set(true);
                                }
                                shared.leave();
                                if (n == 49 && shared.closeIfUnused()) {
                                    closers.incrementAndGet();
                                }
                            }
                        },
                        pool));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
            pool.shutdown();
            assertThat(closedUnderUser).as("round %d", round).isFalse();
            assertThat(closers).as("round %d: the last to leave closes", round).hasValue(1);
        }
    }
}
