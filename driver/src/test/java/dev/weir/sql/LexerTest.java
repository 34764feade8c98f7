package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LexerTest {
    /** Tokens are separated by blanks; {@code _} stands for a blank in a token, {@code !} for one that cannot be read; ¬ and ¶ for the ends of lines. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "both|a.b=1|W:a S:. W:b S:= N:1",
                "both|'it''s'x|T:'it''s' W:x",
                "both|''|T:''",
                "both|'a''''b'|T:'a''''b'",
                "both|\"a\"\"b\"|Q:\"a\"\"b\"",
                "both|-- c|",
                "both|a--b¬c|W:a W:c",
                "both|a/* /* b */ c */d|W:a W:d",
                "both|a/**/b|W:a W:b",
                "both|a/*|W:a !",
                "both|a/* /* */|W:a !",
                "both|'a|!",
                "both|'a''|!",
                "both|\"a|!",
                "both|a::b|W:a S:\u2237 W:b",
                "both|a:b|W:a S:: W:b",
                "both|1.5e-3|N:1.5e-3",
                "both|1e|N:1 W:e",
                "both|.5|N:.5",
                "both|a.5|W:a N:.5",
                "both|1abc|N:1 W:abc",
                "both|0x1F|N:0x1F",
                "both|0xyz|N:0 W:xyz",
                "both|1_000|N:1_000",
                "both|(1,2 , 'a')|S:( N:1,2_,_'a' S:)",
                "both|1,/* */2|N:1 S:, N:2",
                "both|x'ab'|T:x'ab'",
                "both|N'ab'|T:N'ab'",
                "both|nx'ab'|W:nx T:'ab'",
                "both|U&'\\0061'|T:U&'\\0061'",
                "both|$1|P:$1",
                "both|a$b$c|W:a$b$c",
                "both|$$a'b$$|T:$$a'b$$",
                "both|$$a|!",
                "postgresql|$x$a$$b$x$|T:$x$a$$b$x$",
                "postgresql|$x$a$X$|!",
                "postgresql|E'a\\'b'|T:E'a\\'b'",
                "postgresql|e'a\\\\'b|T:e'a\\\\' W:b",
                "postgresql|E'a''b\\''|T:E'a''b\\''",
                "postgresql|b'01'|T:b'01'",
                "postgresql|a ?? b|W:a S:? W:b",
                "postgresql|a ? b|W:a P:? W:b",
                "postgresql|`a`|S:` W:a S:`",
                "postgresql|a//b|W:a S:/ S:/ W:b",
                "postgresql|$|!",
                "postgresql|\u00a0|W:\u00a0",
                "postgresql|a\u00e4|W:a\u00e4",
                "h2|E'a\\'b|W:E T:'a\\' W:b",
                "h2|`a``b`|Q:`a``b`",
                "h2|a//b¶c|W:a W:c",
                "h2|?12|P:?12",
                "h2|?|P:?",
                "h2|??(|!",
                "h2|$x$|!",
                "h2|a\u00a0b|W:a W:b",
                "h2|\u00e4a|W:\u00e4a",
                "h2|5L|N:5L",
                "h2|\u2028a|W:a",
            })
    void shouldReadTokens(String dialect, String text, @Nullable String tokens) {
        String sql = text.replace('¬', '\r').replace('¶', '\n');
        for (SqlDialect each : SqlDialect.values()) {
            if (dialect.equals("both") || dialect.equalsIgnoreCase(each.name())) {
                assertThat(read(sql, each)).as("%s on %s", sql, each).isEqualTo(tokens == null ? "" : tokens);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "H2|SELECT 'a\\' FROM t|false",
                "POSTGRESQL|SELECT 'a\\' FROM t|true",
                "POSTGRESQL|SELECT 'a\\\\' FROM t|false",
                "POSTGRESQL|SELECT 'a\\''b' FROM t|true",
                "POSTGRESQL|SELECT E'a\\'' FROM t|false",
                "POSTGRESQL|SELECT 'a\\b' FROM t|false",
                "H2|SELECT a[1] FROM t|false",
                "H2|SELECT [a b] FROM t|true",
                "H2|SELECT a#b FROM t|true",
                "POSTGRESQL|SELECT a[1:2], b # c FROM t|false",
                "POSTGRESQL|SELECT U&\"a\" FROM t|true",
            })
    void shouldSayWhenASettingOfTheServerDecides(SqlDialect dialect, String sql, boolean ambiguous) {
        Lexer lexer = Lexer.of(sql, Syntax.of(dialect));
        Tokens.read(sql, lexer);

        assertThat(lexer.isAmbiguous()).isEqualTo(ambiguous);
    }

    private static String read(String sql, SqlDialect dialect) {
        Lexer lexer = Lexer.of(sql, Syntax.of(dialect));
        List<String> tokens = new ArrayList<>();
        for (byte type = lexer.next(); type != Lexer.END; type = lexer.next()) {
            if (type == Lexer.BROKEN) {
                tokens.add("!");
                break;
            }
            String text = type == Lexer.SYMBOL
                    ? String.valueOf(lexer.symbol())
                    : sql.substring(lexer.start(), lexer.end()).replace(' ', '_');
            tokens.add("?WQTNPS".charAt(type) + ":" + text);
        }
        return String.join(" ", tokens);
    }
}
