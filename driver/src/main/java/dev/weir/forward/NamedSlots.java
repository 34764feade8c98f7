package dev.weir.forward;

import java.util.ArrayList;
import java.util.List;

/** The names of parameters set by name, in the order they were first set. Confined to one connection. */
final class NamedSlots {
    private final List<String> names = new ArrayList<>();

    int size() {
        return names.size();
    }

    String name(int slot) {
        return names.get(slot);
    }

    /** The slot of the name, a new one at the end if it has none yet. */
    int slotOf(String name) {
        int slot = names.indexOf(name);
        if (slot >= 0) {
            return slot;
        }
        names.add(name);
        return names.size() - 1;
    }
}
