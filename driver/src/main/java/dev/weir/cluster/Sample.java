package dev.weir.cluster;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one probe. Immutable. Exactly one of reading and failure is present.
 *
 * @param node the node probed
 * @param round the probe's number, taken before it was sent
 * @param sentNanos when it was sent
 * @param receivedNanos when the answer had come
 * @param life names the probe's connection; another one may mean that the node has restarted
 * @param reading the answer
 * @param failure what went wrong instead
 */
record Sample(
        Node node,
        long round,
        long sentNanos,
        long receivedNanos,
        long life,
        @Nullable Reading reading,
        @Nullable SQLException failure) {}
