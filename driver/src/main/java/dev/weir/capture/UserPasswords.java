package dev.weir.capture;

import dev.weir.log.ReplaySql;
import dev.weir.sql.TableName.Identifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts salt and hash in the place of passwords, as H2 itself would store them, so that replicas get the same and no password is in the log. Confined to one connection. */
final class UserPasswords {
    private static final int SALT_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";
    private static final String LITERAL = "'((?:[^']|'')*)'";
    private static final Pattern USER = Pattern.compile(
            "((?:CREATE\\s+USER\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?|ALTER\\s+USER\\s+)" + NAME
                    + "(?:\\s+COMMENT\\s+'(?:[^']|'')*'|\\s+SET)?\\s+)PASSWORD\\s+" + LITERAL + "(\\s+ADMIN)?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern OWN =
            Pattern.compile("SET\\s+PASSWORD\\s*(?:=|TO\\b)?\\s*" + LITERAL, Pattern.CASE_INSENSITIVE);
    private static final Pattern ANY = Pattern.compile(
            "(?:CREATE|ALTER)\\s+USER\\b.*\\b(?:PASSWORD|IDENTIFIED)\\b.*|SET\\s+(?:PASSWORD|SALT)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Connection connection;
    private final Catalog catalog;

    UserPasswords(Connection connection, Catalog catalog) {
        this.connection = connection;
        this.catalog = catalog;
    }

    /**
     * The statement with salt and hash; the text itself if it gives no password.
     *
     * @throws SQLException 0A000 if the password is no literal
     */
    String hidden(String sql) throws SQLException {
        String text = SqlText.fromFirstWord(SqlText.withoutComments(sql)).strip();
        Matcher user = USER.matcher(text);
        if (user.matches()) {
            String admin = user.group(4) == null ? "" : " ADMIN";
            return user.group(1) + saltAndHash(exact(String.valueOf(user.group(2))), unescaped(user.group(3))) + admin;
        }
        Matcher own = OWN.matcher(text);
        if (own.matches()) {
            String name = currentUser();
            return "ALTER USER " + ReplaySql.quote(name) + " SET " + saltAndHash(name, unescaped(own.group(1)));
        }
        if (ANY.matcher(text).matches() && !text.toUpperCase(Locale.ENGLISH).matches("(?s).*\\bHASH\\b.*")) {
            connection.prepareStatement(sql).close(); // H2's own error if it is no statement at all
            throw Refusals.notReplicable(
                    "its password is an expression, which no log should hold; give it as a literal, PASSWORD '...'");
        }
        return sql;
    }

    private String exact(String written) {
        boolean quoted = written.startsWith("\"");
        String name = quoted ? written.substring(1, written.length() - 1).replace("\"\"", "\"") : written;
        return catalog.fold(new Identifier(name, quoted));
    }

    private static String unescaped(String literal) {
        return literal.replace("''", "'");
    }

    private String currentUser() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet user = statement.executeQuery("SELECT CURRENT_USER")) {
            user.next();
            return user.getString(1);
        }
    }

    private static String saltAndHash(String user, String password) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        byte[] key = sha256().digest((user + "@" + password).getBytes(StandardCharsets.UTF_16BE));
        byte[] hash = sha256().digest(ByteBuffer.allocate(key.length + salt.length)
                .put(key)
                .put(salt)
                .array());
        HexFormat hex = HexFormat.of();
        return "SALT '" + hex.formatHex(salt) + "' HASH '" + hex.formatHex(hash) + "'";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
