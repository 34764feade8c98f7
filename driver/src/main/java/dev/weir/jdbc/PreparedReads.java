package dev.weir.jdbc;

import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.PreparedText;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The plain reads that a session has prepared by SQL on PostgreSQL: executing one of them leaves nothing behind but itself, whereas
 * any other may set a variable, of which no server tells. Confined to one connection.
 */
final class PreparedReads {
    private final Function<String, Classification> classifier;
    private final Map<String, String> bodies = new HashMap<>(0);

    PreparedReads(Function<String, Classification> classifier) {
        this.classifier = classifier;
    }

    /** Follows a statement that has run, and tells whether it is about prepared statements and surely leaves no more than those. */
    boolean leavesNoMore(String sql) {
        PreparedText text = PreparedText.of(sql);
        if (text == null) {
            return false;
        }
        return switch (text.verb()) {
            case PREPARE -> isPrepared(String.valueOf(text.name()), String.valueOf(text.body()));
            case EXECUTE -> {
                String body = bodies.get(text.name());
                yield body != null && !text.computes() && isRead(body);
            }
            case DEALLOCATE -> {
                if (text.name() == null) {
                    bodies.clear();
                } else {
                    bodies.remove(text.name());
                }
                yield true;
            }
        };
    }

    private boolean isPrepared(String name, String body) {
        boolean read = isRead(body);
        if (read) {
            bodies.put(name, body);
        }
        return read;
    }

    private boolean isRead(String body) {
        return classifier.apply(body).kind() == Kind.READ;
    }
}
