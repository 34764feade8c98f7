package dev.weir;

import dev.weir.sql.SqlDialect;
import java.util.List;
import java.util.Map;

/**
 * A Weir URL taken apart. Immutable. Its text form has no credentials.
 *
 * @param dialect the target database
 * @param nodeUrls the target's own URL for each host named, without credentials and without Weir's settings
 * @param embedded whether the store is opened inside this JVM
 * @param secrets the target's settings that name or authenticate a user, by the name its driver takes in Properties
 * @param weir Weir's own settings, by name as written
 * @param display the whole URL as it may be shown: Weir's prefix and settings kept, credentials left out
 */
record ParsedUrl(
        SqlDialect dialect,
        List<String> nodeUrls,
        boolean embedded,
        Map<String, String> secrets,
        Map<String, String> weir,
        String display) {
    ParsedUrl {
        nodeUrls = List.copyOf(nodeUrls);
        secrets = Map.copyOf(secrets);
        weir = Map.copyOf(weir);
    }

    @Override
    public String toString() {
        return display;
    }
}
