package dev.weir.it.postgres;

/** One PostgreSQL server and the faults that can be done to it from outside. Confined to one thread. */
interface PostgresServer extends AutoCloseable {
    String host();

    /** The port clients connect to; the same after every restart. */
    int port();

    /** Starts the server on its existing data; returns at once, before it answers. */
    void start();

    /** Shuts the server down in fast mode and waits until it is gone. Does nothing if it does not run. */
    void stop();

    /** Ends every process of the server at once, as a loss of power would. Does nothing if it does not run. */
    void kill();

    /** Stops every process of the server from running while its connections stay open. */
    void freeze();

    /** Undoes {@link #freeze()}. Does nothing if it is not frozen. */
    void thaw();

    /** Whether the server has been started and has neither been stopped nor killed; a frozen server runs. */
    boolean isRunning();

    /** The newest lines of the server's log, for messages. */
    String logTail();

    /** All that the server has logged since its data was made. */
    String log();

    /** Ends the server and removes its data. */
    @Override
    void close();
}
