package dev.weir;

import dev.weir.sql.SqlDialect;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** H2's URL form: {@code jdbc:h2:tcp://host:port,host:port/database;NAME=VALUE;NAME=VALUE} or an embedded store. */
final class H2Url {
    static final String PREFIX = "jdbc:h2:";

    private static final Set<String> SECRETS = Set.of("USER", "PASSWORD");
    private static final List<String> REMOTE = List.of("tcp:", "ssl:");

    private H2Url() {}

    static ParsedUrl parse(String url, String displayPrefix) throws SQLException {
        List<String> parts = split(url);
        String address = parts.get(0);
        Map<String, String> secrets = new LinkedHashMap<>();
        Map<String, String> weir = new LinkedHashMap<>();
        StringBuilder kept = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        for (String setting : parts.subList(1, parts.size())) {
            sort(setting, secrets, weir, kept, shown);
        }
        boolean embedded = REMOTE.stream().noneMatch(address.substring(PREFIX.length())::startsWith);
        return new ParsedUrl(
                SqlDialect.H2,
                embedded ? List.of(address + kept) : nodes(address, kept.toString()),
                embedded,
                secrets,
                weir,
                displayPrefix + address.substring("jdbc:".length()) + shown);
    }

    /** Whether a setting of this name, in any letter case, says who the user is. */
    static boolean isCredential(String name) {
        return SECRETS.contains(name.toUpperCase(Locale.ROOT));
    }

    private static void sort(
            String setting,
            Map<String, String> secrets,
            Map<String, String> weir,
            StringBuilder kept,
            StringBuilder shown)
            throws SQLException {
        if (setting.isBlank()) {
            return;
        }
        int equals = setting.indexOf('=');
        String name = (equals < 0 ? setting : setting.substring(0, equals)).strip();
        String value = equals < 0 ? "" : setting.substring(equals + 1);
        if (name.equalsIgnoreCase("INIT")) {
            throw Refusal.connect(
                    "The H2 setting INIT runs statements that Weir can neither route nor log, on every node;"
                            + " leave it out and run them once through a connection");
        }
        if (isCredential(name)) {
            secrets.put(name.toLowerCase(Locale.ROOT), value);
        } else if (WeirProperty.claims(name)) {
            weir.put(name, value);
            shown.append(';').append(setting);
        } else {
            kept.append(';').append(setting);
            shown.append(';').append(setting);
        }
    }

    private static List<String> nodes(String address, String settings) throws SQLException {
        int hostsFrom = address.indexOf("//", PREFIX.length()) + 2;
        int slash = address.indexOf('/', hostsFrom);
        if (hostsFrom < 2 || slash < 0) {
            throw Refusal.connect(
                    "An H2 server URL names hosts and a database, such as jdbc:weir:h2:tcp://a:9092,b:9092/shop; got "
                            + address);
        }
        String scheme = address.substring(0, hostsFrom);
        String hosts = address.substring(hostsFrom, slash);
        List<String> urls = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            if (host.isBlank()) {
                throw Refusal.connect(
                        "The host list \"" + hosts + "\" has an empty entry; separate hosts by one comma");
            }
            urls.add(scheme + host.strip() + address.substring(slash) + settings);
        }
        return urls;
    }

    /** Splits at semicolons; H2 lets a backslash take a semicolon's meaning away. */
    private static List<String> split(String url) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == '\\' && i + 1 < url.length()) {
                part.append(c).append(url.charAt(++i));
            } else if (c == ';') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }
}
