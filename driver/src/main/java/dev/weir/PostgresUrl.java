package dev.weir;

import dev.weir.sql.SqlDialect;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** PostgreSQL's URL form: {@code jdbc:postgresql://host:port,host:port/database?name=value&name=value}. */
final class PostgresUrl {
    static final String PREFIX = "jdbc:postgresql:";

    private static final Set<String> SECRETS = Set.of("user", "password", "sslpassword");

    /** pgjdbc's own choice among several hosts, which Weir takes over: each node gets a URL with one host. */
    static final Set<String> HOST_CHOICE = Set.of("targetServerType", "loadBalanceHosts", "hostRecheckSeconds");

    private PostgresUrl() {}

    static ParsedUrl parse(String url, String displayPrefix) throws SQLException {
        int question = url.indexOf('?');
        String address = question < 0 ? url : url.substring(0, question);
        Map<String, String> secrets = new LinkedHashMap<>();
        Map<String, String> weir = new LinkedHashMap<>();
        List<String> kept = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        if (question >= 0) {
            for (String parameter : url.substring(question + 1).split("&", -1)) {
                sort(parameter, secrets, weir, kept, shown);
            }
        }
        String query = kept.isEmpty() ? "" : "?" + String.join("&", kept);
        String shownQuery = shown.isEmpty() ? "" : "?" + String.join("&", shown);
        return new ParsedUrl(
                SqlDialect.POSTGRESQL,
                nodes(address, query),
                false,
                secrets,
                weir,
                displayPrefix + address.substring("jdbc:".length()) + shownQuery);
    }

    private static void sort(
            String parameter,
            Map<String, String> secrets,
            Map<String, String> weir,
            List<String> kept,
            List<String> shown)
            throws SQLException {
        if (parameter.isEmpty()) {
            return;
        }
        int equals = parameter.indexOf('=');
        String name = decode(equals < 0 ? parameter : parameter.substring(0, equals));
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        if (SECRETS.contains(name)) {
            secrets.put(name, decode(value));
        } else if (WeirProperty.claims(name)) {
            weir.put(name, decode(value));
            shown.add(parameter);
        } else if (!HOST_CHOICE.contains(name)) {
            kept.add(parameter);
            shown.add(parameter);
        }
    }

    private static List<String> nodes(String address, String query) throws SQLException {
        if (!address.startsWith(PREFIX + "//")) {
            return List.of(address + query);
        }
        int hostsFrom = PREFIX.length() + 2;
        int slash = address.indexOf('/', hostsFrom);
        String hosts = slash < 0 ? address.substring(hostsFrom) : address.substring(hostsFrom, slash);
        String database = slash < 0 ? "/" : address.substring(slash);
        List<String> urls = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            if (host.isBlank() && hosts.contains(",")) {
                throw Refusal.connect(
                        "The host list \"" + hosts + "\" has an empty entry; separate hosts by one comma");
            }
            urls.add(PREFIX + "//" + host.strip() + database + query);
        }
        return urls;
    }

    private static String decode(String text) throws SQLException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The text may be a password: neither it nor the decoder's message, which quotes it, is passed on.
            throw Refusal.connect("The URL has a parameter that is not URL-encoded rightly: write % as %25");
        }
    }
}
