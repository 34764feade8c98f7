package dev.weir.log;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What the result of a statement depends on beside the data: the versions of H2 and Java, the locale, the rules of time zones, the collation and the database's settings. Two stores that agree in it
 * answer alike. Where H2 does not tell a fact, a sample of what it computes stands for it, as a checksum if it is long. Immutable.
 *
 * @param facts by name, as people read them
 */
public record Environment(Map<String, String> facts) {
    private static final String UNKNOWN = "unknown";
    private static final String JAVA = "Java version";
    private static final String COLLATION = "collation";
    private static final Pattern FEATURE = Pattern.compile("(?:1\\.)?(\\d+).*");

    /** Settings of the database that give names and values another meaning; MODE is not among them, since it goes with each text. */
    private static final List<String> SETTINGS = List.of(
            "CASE_INSENSITIVE_IDENTIFIERS",
            "DATABASE_TO_LOWER",
            "DATABASE_TO_UPPER",
            "DEFAULT_NULL_ORDERING",
            "DROP_RESTRICT",
            "IGNORE_CATALOGS",
            "ZERO_BASED_ENUMS");

    private static final String FACTS = "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
            + " WHERE SETTING_NAME IN ('info.VERSION', 'property.java.runtime.version', 'COLLATION', 'MODE', '"
            + String.join("', '", SETTINGS) + "')";

    private static final String LOCALE =
            "SELECT DAYNAME(DATE '2000-01-01'), MONTHNAME(DATE '2000-01-01'), FORMATDATETIME(TIMESTAMP '2000-03-04 15:00:00', 'EEE MMM a G e'),"
                    + " WEEK(DATE '2000-01-01'), WEEK(DATE '2023-01-01'), WEEK(DATE '2024-12-30'), DAY_OF_WEEK(DATE '2000-01-01'),"
                    + " TRIM(TO_CHAR(1234.5, 'L9G999D99')), TO_CHAR(1, '9C'), UPPER('title'), LOWER('TITLE')";

    /** Zones whose rules have changed within the last ten years, and some that have not. */
    private static final List<String> ZONES = List.of(
            "Africa/Cairo",
            "Africa/Casablanca",
            "Africa/El_Aaiun",
            "Africa/Juba",
            "Africa/Khartoum",
            "Africa/Sao_Tome",
            "Africa/Windhoek",
            "America/Asuncion",
            "America/Caracas",
            "America/Chihuahua",
            "America/Godthab",
            "America/Mexico_City",
            "America/New_York",
            "America/Ojinaga",
            "America/Sao_Paulo",
            "America/Scoresbysund",
            "America/Whitehorse",
            "Antarctica/Casey",
            "Antarctica/Vostok",
            "Asia/Almaty",
            "Asia/Amman",
            "Asia/Beirut",
            "Asia/Damascus",
            "Asia/Gaza",
            "Asia/Manila",
            "Asia/Pyongyang",
            "Asia/Qostanay",
            "Asia/Tehran",
            "Asia/Tokyo",
            "Australia/Sydney",
            "Europe/Berlin",
            "Europe/Chisinau",
            "Europe/Istanbul",
            "Europe/Kiev",
            "Europe/London",
            "Europe/Volgograd",
            "Pacific/Apia",
            "Pacific/Fiji",
            "Pacific/Norfolk",
            "Pacific/Tongatapu");

    private static final List<String> TIMES = List.of(
            "1970-01-01 12:00:00",
            "2016-07-01 12:00:00",
            "2022-11-15 12:00:00",
            "2023-05-15 12:00:00",
            "2024-03-25 12:00:00",
            "2024-12-15 12:00:00",
            "2027-01-15 12:00:00",
            "2027-07-15 12:00:00");
    private static final String TIME_ZONES = "SELECT "
            + ZONES.stream()
                    .flatMap(zone -> TIMES.stream()
                            .map(time -> "CAST(TIMESTAMP WITH TIME ZONE '" + time + " " + zone + "' AS VARCHAR(50))"))
                    .collect(Collectors.joining(", "));

    /** Collators of the JDK ignore blanks and hyphens, those of ICU do not; each version brings letters of its own. */
    private static final String SORTED = "SELECT S FROM (VALUES "
            + Stream.of(
                            "a b",
                            "ab",
                            "a-c",
                            "A b",
                            "aB",
                            "a_b",
                            "\u00e4b",
                            "az",
                            "\u00e0c",
                            "Ac",
                            "ss",
                            "\u00df",
                            "sz",
                            "st",
                            "\u00f8",
                            "oz",
                            "\u00e5",
                            "aa",
                            "\u00e6",
                            "ae",
                            "\u0131",
                            "i",
                            "I",
                            "\u0130",
                            "ch",
                            "cz",
                            "ll",
                            "lz",
                            "\u0142",
                            "\u0436",
                            "\u0435\u0436",
                            "\u05d0",
                            "\u0627",
                            "\u4e00",
                            "\u30a2",
                            "\u3042",
                            "\uac00",
                            "\ud83d\ude00",
                            "\u1e9e",
                            "1",
                            "10",
                            "2",
                            "\u0661")
                    .map(text -> "('" + text + "')")
                    .collect(Collectors.joining(", "))
            + ") AS T(S) ORDER BY S, OCTET_LENGTH(S), RAWTOHEX(S)";

    public Environment {
        facts = Map.copyOf(facts);
    }

    /** Asks a store, in whatever JVM it is open. Needs an administrator. */
    public static Environment of(Connection admin) throws SQLException {
        Map<String, String> told = told(admin);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("H2 version", told.getOrDefault("info.VERSION", UNKNOWN));
        facts.put(JAVA, feature(told.getOrDefault("property.java.runtime.version", UNKNOWN)));
        List<String> locale = sample(admin, LOCALE);
        facts.put("locale", String.join(" ", locale.subList(0, 2)) + " " + locale.get(7) + " #" + checksum(locale));
        facts.put("time zone rules", "#" + checksum(sample(admin, TIME_ZONES)));
        facts.put(COLLATION, told.getOrDefault("COLLATION", "OFF") + " #" + checksum(sample(admin, SORTED)));
        for (String setting : SETTINGS) {
            facts.put(setting, told.getOrDefault(setting, UNKNOWN));
        }
        return new Environment(facts);
    }

    private static Map<String, String> told(Connection admin) throws SQLException {
        Map<String, String> told = new TreeMap<>();
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(FACTS)) {
            while (rows.next()) {
                told.put(rows.getString(1), String.valueOf(rows.getString(2)));
            }
        }
        return told;
    }

    /** What a new store of another JVM must be told to sort as this one does; null if nothing. */
    public @Nullable String collation() {
        String value = facts.getOrDefault(COLLATION, "OFF");
        String setting = value.substring(0, Math.max(0, value.lastIndexOf(" #")));
        return setting.isEmpty() || setting.equals("OFF") ? null : setting;
    }

    private static String feature(String version) {
        Matcher feature = FEATURE.matcher(version);
        return feature.matches() ? feature.group(1) : version;
    }

    private static List<String> sample(Connection admin, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int i = 1; i <= columns; i++) {
                    values.add(String.valueOf(rows.getString(i)));
                }
            }
        }
        return values;
    }

    private static String checksum(List<String> values) {
        CRC32 checksum = new CRC32();
        checksum.update(String.join("\n", values).getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    /** What the text of {@link #text} says. */
    public static Environment parse(String text) {
        Map<String, String> facts = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                facts.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new Environment(facts);
    }

    /** A line for each fact, as WEIR.INCARNATION holds them. */
    public String text() {
        return new TreeMap<>(facts)
                .entrySet().stream()
                        .map(fact -> fact.getKey() + "=" + fact.getValue())
                        .collect(Collectors.joining("\n"));
    }

    /** What differs, each as one would tell a person who runs this one: name, value here, value there; empty if nothing does. */
    public List<String> differences(Environment primary) {
        Map<String, String> both = new TreeMap<>(facts);
        both.putAll(primary.facts);
        List<String> differences = new ArrayList<>();
        for (String name : both.keySet()) {
            String here = facts.getOrDefault(name, UNKNOWN);
            String there = primary.facts.getOrDefault(name, UNKNOWN);
            if (!Objects.equals(here, there)) {
                differences.add(name + " is " + here + " here and " + there + " on the primary");
            }
        }
        return differences;
    }
}
