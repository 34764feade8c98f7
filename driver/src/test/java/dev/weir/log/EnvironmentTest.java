package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
    private static Environment of(String settings) throws SQLException {
        try (Connection store = DriverManager.getConnection("jdbc:h2:mem:" + settings, "sa", "")) {
            return Environment.of(store);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";MODE=PostgreSQL",
                ";MODE=MySQL",
                ";MODE=Oracle",
                ";MODE=MSSQLServer",
                ";MODE=DB2",
                ";MODE=LEGACY",
                ";IGNORECASE=TRUE",
                ";TIME ZONE=Asia/Tokyo",
                ";CACHE_SIZE=10000"
            })
    void shouldNotDifferWhenNothingDoesThatTextsDoNotCarry(String settings) throws SQLException {
        assertThat(of(settings).differences(of(""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";DATABASE_TO_UPPER=FALSE",
                ";CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                ";DEFAULT_NULL_ORDERING=HIGH",
                ";ZERO_BASED_ENUMS=TRUE"
            })
    void shouldNameSettingWhenItDiffers(String setting) throws SQLException {
        String name = setting.substring(1, setting.indexOf('='));

        assertThat(of(setting).differences(of("")))
                .anySatisfy(difference ->
                        assertThat(difference).startsWith(name + " is ").endsWith(" on the primary"));
    }

    @Test
    void shouldTellCollationsApartBySettingAndByOrder() throws SQLException {
        Environment german = of(";COLLATION=GERMAN");

        assertThat(german.differences(of("")))
                .singleElement()
                .asString()
                .startsWith("collation is GERMAN")
                .contains(" and OFF #");
        assertThat(german.collation()).isEqualTo("GERMAN STRENGTH TERTIARY");
        assertThat(of("").collation()).isNull();
    }

    @Test
    void shouldNameLocaleWhenJvmHasAnother() throws SQLException {
        Locale before = Locale.getDefault();
        Environment usual = of("");
        try {
            Locale.setDefault(Locale.forLanguageTag(before.getLanguage().equals("tr") ? "en-US" : "tr-TR"));

            assertThat(of("").differences(usual)).singleElement().asString().startsWith("locale is ");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldSayTheSameWhenStoredAndReadAgain() throws SQLException {
        Environment environment = of("");

        Environment read = Environment.parse(environment.text());

        assertThat(read).isEqualTo(environment);
        assertThat(environment.text()).hasSizeLessThan(2_000).contains("Java version=");
    }

    @Test
    void shouldDifferInWhatOneDoesNotKnow() throws SQLException {
        assertThat(Environment.parse("H2 version=1").differences(of("")))
                .anySatisfy(difference -> assertThat(difference).startsWith("H2 version is 1 here and 2."))
                .anySatisfy(difference -> assertThat(difference).startsWith("Java version is unknown here and "));
    }

    @Test
    void shouldLeaveStoreAsItWas() throws SQLException {
        try (Connection store = DriverManager.getConnection("jdbc:h2:mem:", "sa", "");
                Statement statement = store.createStatement()) {
            store.setAutoCommit(false);
            statement.execute("CREATE TABLE T(ID INTEGER)");
            statement.execute("INSERT INTO T VALUES (1)");
            Environment.of(store);
            store.rollback();

            assertThat(statement.executeQuery("SELECT 1 FROM T").next()).isFalse();
        }
    }
}
