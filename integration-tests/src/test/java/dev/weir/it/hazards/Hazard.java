package dev.weir.it.hazards;

import java.util.ArrayList;
import java.util.List;

/**
 * One case of the table of hazards: statements of one or more sessions, in the order in which they run. Immutable.
 *
 * <p>A step is a line {@code 1> SQL}, where the number names the session. {@code 1! SQL} fails on plain H2 and under Weir; {@code 1? SQL} is refused by Weir, and left out on plain H2; {@code 1~ SQL} succeeds on plain H2,
 * while under Weir the transaction is rolled back with 40001.
 * Each statement commits by itself except between BEGIN and COMMIT or ROLLBACK. A step without a number continues the line before.
 *
 * @param row the row of the table, and what the case is about
 * @param setup statements, each on a line, that run first and give the same everywhere
 * @param diverges whether repeating the texts in the order of their commits is known to give another result
 */
record Hazard(String row, List<String> setup, List<Step> steps, boolean diverges) {
    /** What becomes of a step. */
    enum Outcome {
        SUCCEEDS,
        FAILS,
        REFUSED,
        ROLLED_BACK
    }

    /** One statement of a session. */
    record Step(int session, Outcome outcome, String sql) {}

    /** A case in which repeating the texts gives another result. */
    static Hazard diverging(String row, String setup, String steps) {
        return new Hazard(row, lines(setup), parse(steps), true);
    }

    /** A case in which repeating the texts happens to give the same, so that only what Weir does is of interest. */
    static Hazard harmless(String row, String setup, String steps) {
        return new Hazard(row, lines(setup), parse(steps), false);
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private static List<Step> parse(String text) {
        List<Step> steps = new ArrayList<>();
        for (String line : lines(text)) {
            if (line.length() > 2 && Character.isDigit(line.charAt(0)) && "!?~>".indexOf(line.charAt(1)) >= 0) {
                Outcome outcome = switch (line.charAt(1)) {
                    case '!' -> Outcome.FAILS;
                    case '?' -> Outcome.REFUSED;
                    case '~' -> Outcome.ROLLED_BACK;
                    default -> Outcome.SUCCEEDS;
                };
                steps.add(new Step(
                        line.charAt(0) - '0', outcome, line.substring(2).strip()));
            } else {
                Step last = steps.remove(steps.size() - 1);
                steps.add(new Step(last.session(), last.outcome(), last.sql() + "\n" + line));
            }
        }
        return steps;
    }

    @Override
    public String toString() {
        return row;
    }
}
