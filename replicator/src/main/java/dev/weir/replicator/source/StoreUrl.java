package dev.weir.replicator.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC URL of one H2 store, taken apart. Immutable.
 *
 * @param kind where the store lives
 * @param location what follows {@code jdbc:h2:} up to the first semicolon, such as {@code ./shop} or {@code mem:shop}
 * @param settings the {@code NAME=VALUE} parts, as written
 */
public record StoreUrl(Kind kind, String location, List<String> settings) {
    /** Where a store lives: in a file of this machine, in this JVM's memory, or behind a server. */
    public enum Kind {
        FILE,
        MEMORY,
        REMOTE
    }

    private static final String PREFIX = "jdbc:h2:";
    private static final String FILE = "file:";
    private static final String MEMORY = "mem:";
    private static final String CIPHER = "CIPHER";
    private static final String AES = "CIPHER=AES";
    private static final Set<String> UNSUPPORTED = Set.of(
            "zip",
            "split",
            "classpath",
            "nio",
            "niomapped",
            "niomem",
            "niomemlz4",
            "memfs",
            "memlz4",
            "async",
            "retry",
            "cache",
            "rec");
    /** Settings of a session that anyone may choose; the rest belongs to the database and to administrators. */
    private static final Set<String> SESSIONS_OWN = Set.of(
            "SCHEMA",
            "SCHEMA_SEARCH_PATH",
            "TIME ZONE",
            "LOCK_TIMEOUT",
            "QUERY_TIMEOUT",
            "NON_KEYWORDS",
            "VARIABLE_BINARY",
            "OLD_INFORMATION_SCHEMA",
            "LAZY_QUERY_EXECUTION",
            "TRUNCATE_LARGE_LENGTH",
            "NETWORK_TIMEOUT");

    public StoreUrl {
        settings = List.copyOf(settings);
    }

    /**
     * Takes a URL apart.
     *
     * @throws IllegalArgumentException if this is no H2 URL, or one of a kind of store that cannot be replicated; the message says why
     */
    public static StoreUrl parse(String url) {
        if (!url.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            throw new IllegalArgumentException("URL is not an H2 URL: it does not start with " + PREFIX);
        }
        List<String> parts = split(url.substring(PREFIX.length()));
        String location = parts.get(0).replace('\\', '/');
        StoreUrl parsed = new StoreUrl(kindOf(location), location, parts.subList(1, parts.size()));
        if (parsed.has(CIPHER)
                && (parsed.kind == Kind.MEMORY || parsed.settings.stream().noneMatch(AES::equalsIgnoreCase))) {
            throw new IllegalArgumentException("Store " + location
                    + " cannot be encrypted in this way; Weir replicates encrypted files, with the setting CIPHER=AES");
        }
        return parsed;
    }

    /**
     * What a password for this store says about its file: H2 takes "file password, space, user password" for an encrypted store.
     *
     * @return null if the store is not encrypted
     */
    public @Nullable String filePassword(String password) {
        int space = password.indexOf(' ');
        return has(CIPHER) && space >= 0 ? password.substring(0, space) : null;
    }

    /** This store as one that is encrypted. */
    public StoreUrl encrypted() {
        return with(CIPHER, "AES");
    }

    private static Kind kindOf(String location) {
        String lower = location.toLowerCase(Locale.ROOT);
        if (lower.startsWith("tcp:") || lower.startsWith("ssl:")) {
            return Kind.REMOTE;
        }
        if (lower.equals(MEMORY)) {
            throw new IllegalArgumentException(
                    "An unnamed in-memory store belongs to one connection and cannot be replicated; name it, as in jdbc:h2:mem:shop");
        }
        if (lower.startsWith(MEMORY)) {
            return Kind.MEMORY;
        }
        int colon = lower.indexOf(':');
        if (colon > 0 && UNSUPPORTED.contains(lower.substring(0, colon).toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("Store " + location + " is on H2's file system "
                    + lower.substring(0, colon + 1) + ", which Weir does not replicate; use a plain file");
        }
        return Kind.FILE;
    }

    /** Splits at semicolons that no backslash protects, keeping the backslashes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && !parts.isEmpty()) {
                i++;
            } else if (text.charAt(i) == ';') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        List<String> present = new ArrayList<>(parts.subList(0, 1));
        parts.stream().skip(1).filter(part -> !part.isBlank()).forEach(present::add);
        return present;
    }

    /** Whether a setting of this name is present, in any case of letters. */
    public boolean has(String name) {
        return settings.stream().anyMatch(setting -> nameOf(setting).equals(name));
    }

    /** This URL with this setting in place of any of the same name. */
    public StoreUrl with(String name, String value) {
        List<String> changed = new ArrayList<>(settings);
        changed.removeIf(setting -> nameOf(setting).equals(name));
        changed.add(name + "=" + value);
        return new StoreUrl(kind, location, changed);
    }

    /** The store next to this one whose name has the suffix, without settings. */
    public StoreUrl sibling(String suffix) {
        return new StoreUrl(kind, location + suffix, List.of());
    }

    /** This store with the settings of another URL that concern a session only, so that any user may connect with them. */
    public StoreUrl withSessionSettingsOf(StoreUrl other) {
        return withSettings(other.settings.stream()
                .filter(setting -> SESSIONS_OWN.contains(nameOf(setting)))
                .toList());
    }

    /** This store with these settings only. */
    public StoreUrl withSettings(List<String> chosen) {
        return new StoreUrl(kind, location, chosen);
    }

    /** The file that holds the data of a store of kind FILE, as the file system of the location's prefix names it. */
    public Path file() {
        String path =
                location.regionMatches(true, 0, FILE, 0, FILE.length()) ? location.substring(FILE.length()) : location;
        return Path.of(FilePath.get(path + ".mv.db").unwrap().toString())
                .toAbsolutePath()
                .normalize();
    }

    /** What identifies the store within this JVM, whatever its settings. */
    public String key() {
        return kind == Kind.FILE ? file().toString() : location;
    }

    /** The URL that H2 understands; holds no credentials unless they were given in it. */
    public String jdbc() {
        return settings.isEmpty() ? PREFIX + location : PREFIX + location + ";" + String.join(";", settings);
    }

    @Override
    public String toString() {
        return PREFIX + location;
    }

    private static String nameOf(String setting) {
        int equals = setting.indexOf('=');
        return (equals < 0 ? setting : setting.substring(0, equals)).trim().toUpperCase(Locale.ROOT);
    }
}
