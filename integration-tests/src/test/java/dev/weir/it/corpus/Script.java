package dev.weir.it.corpus;

import java.util.List;

/**
 * Statements that run one after the other in a schema of their own. Immutable.
 *
 * @param exact whether plain H2 must end with the same rows; false if the script stores values that differ each time
 */
record Script(String title, boolean exact, List<Step> steps) {
    Script {
        steps = List.copyOf(steps);
    }

    /** How many of the steps are statements. */
    long statements() {
        return steps.stream().filter(step -> !step.isDirective()).count();
    }
}
