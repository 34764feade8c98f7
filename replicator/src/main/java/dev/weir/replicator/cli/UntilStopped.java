package dev.weir.replicator.cli;

import java.util.concurrent.CountDownLatch;

/** Keeps a server's command going until the process is told to end, and then closes what it runs before the process ends. Thread-safe. */
final class UntilStopped {
    private UntilStopped() {}

    /** Blocks until SIGTERM, SIGINT or the end of the JVM; {@code close} runs meanwhile on another thread. */
    static void run(Runnable close) throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    close.run();
                    closed.countDown();
                },
                "weir-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        closed.await();
    }
}
