package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TalliesTest {
    private final Node node = new Node(0, "n", "jdbc:none");

    @Test
    void shouldLendEachTallyToOneAtATime() {
        List<Tally> lent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lent.add(node.lendTally());
        }
        assertThat(lent).doesNotHaveDuplicates();
        Tally returned = lent.get(7);
        returned.giveBack();
        List<Tally> rest = new ArrayList<>();
        while (!rest.contains(returned)) {
            assertThat(rest).hasSizeLessThan(20);
            rest.add(node.lendTally());
        }
        assertThat(rest).doesNotContainAnyElementsOf(lent.subList(0, 7));
    }

    @Test
    void shouldCountTheReadsThatRun() {
        Tally one = node.lendTally();
        Tally other = node.lendTally();
        one.readStarted();
        other.readStarted();
        assertThat(node.inFlight()).isEqualTo(2);
        one.readFinished();
        assertThat(node.inFlight()).isEqualTo(1);
        assertThat(node.reads()).isEqualTo(1);
    }

    @Test
    void shouldEstimateTheLoadOfManyConnectionsWithoutBias() {
        List<Tally> lent = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            lent.add(node.lendTally());
        }
        for (int i = 0; i < 128; i += 4) {
            lent.get(i).readStarted();
        }
        assertThat(node.inFlight()).isEqualTo(32);
        long sum = 0;
        for (int i = 0; i < 10_000; i++) {
            sum += node.load();
        }
        assertThat(sum / 10_000.0).isBetween(28.0, 36.0);
        lent.forEach(Tally::readStarted);
        assertThat(node.load()).isEqualTo(128);
    }

    @Test
    void shouldKeepWhatWasCountedOnALoanThatHasEnded() {
        Tally tally = node.lendTally();
        tally.readStarted();
        tally.readFinished();
        tally.writeStarted();
        tally.readStarted();
        tally.giveBack();
        assertThat(node.reads()).isEqualTo(1);
        assertThat(node.writes()).isEqualTo(1);
        assertThat(node.inFlight()).isZero();
    }

    @Test
    void shouldLoseNoCountOfThreadsThatBorrowAndReturn() throws InterruptedException {
        int threads = 8;
        int rounds = 20_000;
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                await(start);
                for (int round = 0; round < rounds; round++) {
                    Tally tally = node.lendTally();
                    tally.readStarted();
                    tally.readFinished();
                    tally.writeStarted();
                    tally.giveBack();
                }
            });
            thread.start();
            all.add(thread);
        }
        start.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(node.reads()).isEqualTo((long) threads * rounds);
        assertThat(node.writes()).isEqualTo((long) threads * rounds);
        assertThat(node.inFlight()).isZero();
    }

    private static void await(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
