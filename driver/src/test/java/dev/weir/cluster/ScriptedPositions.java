package dev.weir.cluster;

import dev.weir.log.DirectCommits;
import dev.weir.log.EmbeddedReplication;
import java.sql.SQLException;
import java.util.List;

/** Positions that a test sets by hand, of an embedded cluster in which nothing is committed. */
public abstract class ScriptedPositions implements EmbeddedReplication {
    @Override
    public final List<EmbeddedNode> nodes() {
        return List.of();
    }

    @Override
    public final void committed(long lsn) {}

    @Override
    public final DirectCommits directCommits() {
        throw new AssertionError("Nothing is committed here");
    }

    @Override
    public final boolean isEnding() {
        return false;
    }

    @Override
    public void close() throws SQLException {}
}
