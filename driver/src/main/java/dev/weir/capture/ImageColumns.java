package dev.weir.capture;

import java.util.ArrayList;
import java.util.List;

/** The columns asked of H2 as generated keys: those that the application wants first, then those to log. Immutable by convention. */
final class ImageColumns {
    private final List<String> requested;
    private final int[] positions;
    private final int asked;

    private ImageColumns(List<String> requested, int[] positions, int asked) {
        this.requested = requested;
        this.positions = positions;
        this.asked = asked;
    }

    static ImageColumns of(List<String> wanted, List<String> logged) {
        List<String> requested = new ArrayList<>(wanted);
        int[] positions = new int[logged.size()];
        for (int i = 0; i < positions.length; i++) {
            int known = requested.indexOf(logged.get(i));
            if (known < 0) {
                known = requested.size();
                requested.add(logged.get(i));
            }
            positions[i] = known + 1;
        }
        return new ImageColumns(List.copyOf(requested), positions, wanted.size());
    }

    /** What to ask for. */
    List<String> requested() {
        return requested;
    }

    /** Where the columns to log are among those, from 1. */
    int[] positions() {
        return positions;
    }

    /** How many the application wants; they are the first. */
    int asked() {
        return asked;
    }
}
