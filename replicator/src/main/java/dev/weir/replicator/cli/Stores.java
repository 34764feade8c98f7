package dev.weir.replicator.cli;

import dev.weir.replicator.source.StoreUrl;
import java.nio.file.Path;

/** Stores as the command line names them. Pure. */
final class Stores {
    private Stores() {}

    /** A store of this machine, given as a path without {@code .mv.db}, or as an H2 URL. */
    static StoreUrl local(String text) throws CommandFailure {
        String url = text;
        if (!text.regionMatches(true, 0, "jdbc:", 0, 5)) {
            String path = text.endsWith(".mv.db") ? text.substring(0, text.length() - ".mv.db".length()) : text;
            url = "jdbc:h2:"
                    + (path.startsWith("~/")
                            ? path
                            : Path.of(path).toAbsolutePath().normalize().toString());
        }
        StoreUrl store = parse(url);
        if (store.kind() == StoreUrl.Kind.REMOTE) {
            throw CommandFailure.ofUsage("Store " + store + " is behind a server; name a file of this machine");
        }
        return store;
    }

    /** The last part of a store's location, by which servers offer it. */
    static String databaseName(StoreUrl store) {
        String location = store.location();
        return location.substring(Math.max(location.lastIndexOf('/'), location.lastIndexOf(':')) + 1);
    }

    static StoreUrl parse(String url) throws CommandFailure {
        try {
            return StoreUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.ofUsage(String.valueOf(e.getMessage()));
        }
    }
}
