package dev.weir.jdbc;

import dev.weir.forward.RecordedParameters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Room for the parameters of one statement of a connection, so that each which is prepared and closed before the next needs none of its own.
 * Even if threads use the connection at the same time, which they must not, no two statements get the same room.
 */
final class SpareParameters {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(SpareParameters.class, "taken", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Whoever has set it owns what is kept. */
    private boolean taken;

    private @Nullable RecordedParameters kept;

    /** Room without a value. */
    RecordedParameters take() {
        if (kept != null && !taken && TAKEN.compareAndSet(this, false, true)) {
            RecordedParameters room = kept;
            if (room != null) {
                return room;
            }
            TAKEN.setRelease(this, false);
        }
        return new RecordedParameters();
    }

    /** Takes back what a statement has had that is closed now. */
    void giveBack(RecordedParameters room) {
        if (room == kept) {
            if (!room.recycle()) {
                kept = null;
            }
            TAKEN.setRelease(this, false);
        } else if (kept == null && room.recycle() && TAKEN.compareAndSet(this, false, true)) {
            kept = room;
            TAKEN.setRelease(this, false);
        }
    }
}
