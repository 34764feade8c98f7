package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class WeirDriverTest {
    @Test
    void shouldBeFoundByDriverManager() throws SQLException {
        assertThat(DriverManager.getDriver("jdbc:weir:h2:mem:x")).isInstanceOf(WeirDriver.class);
    }

    @Test
    void shouldLeaveForeignUrlsToOthers() throws SQLException {
        Driver driver = new WeirDriver();

        assertThat(driver.acceptsURL("jdbc:h2:mem:x")).isFalse();
        assertThat(driver.connect("jdbc:h2:mem:x", new Properties())).isNull();
    }

    @Test
    void shouldKnowItsVersion() {
        Driver driver = new WeirDriver();

        assertThat(DriverVersion.TEXT).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(DriverVersion.TEXT).startsWith(driver.getMajorVersion() + "." + driver.getMinorVersion() + ".");
    }

    @Test
    void shouldDescribeEveryPropertyWithValueAndChoices() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("weir.maxLag", "3s");
        DriverPropertyInfo[] infos =
                new WeirDriver().getPropertyInfo("jdbc:weir:h2:mem:x;weir.consistency=strong", properties);

        assertThat(Arrays.stream(infos).limit(WeirProperty.values().length).map(info -> info.name))
                .containsExactly(Arrays.stream(WeirProperty.values())
                        .map(WeirProperty::key)
                        .toArray(String[]::new));
        assertThat(infos).allSatisfy(info -> assertThat(info.description).endsWith("."));
        assertThat(info(infos, "weir.consistency").value).isEqualTo("strong");
        assertThat(info(infos, "weir.consistency").choices).containsExactly("session", "strong", "bounded", "eventual");
        assertThat(info(infos, "weir.maxLag").value).isEqualTo("3s");
        assertThat(info(infos, "weir.poolSize").value).isEqualTo("100");
    }

    @Test
    void shouldNameTheMissingDriverOfTheTarget() {
        assertThatThrownBy(() -> new WeirDriver().connect("jdbc:weir:postgresql://127.0.0.1:1/shop", new Properties()))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasFieldOrPropertyWithValue("SQLState", "08001")
                .hasMessageContaining("org.postgresql:postgresql");
    }

    @Test
    void shouldGiveNoConnectionOnceTheDataSourceIsClosed() {
        WeirDataSource source = new WeirDataSource("jdbc:weir:h2:mem:x");
        source.close();

        assertThatThrownBy(source::getConnection).hasFieldOrPropertyWithValue("SQLState", "08003");
    }

    @Test
    void shouldAskForAUrlWhenTheDataSourceHasNone() {
        try (WeirDataSource source = new WeirDataSource()) {
            assertThatThrownBy(source::getConnection)
                    .hasFieldOrPropertyWithValue("SQLState", "08001")
                    .hasMessageContaining("setUrl");
        }
    }

    private static DriverPropertyInfo info(DriverPropertyInfo[] infos, String name) {
        return Arrays.stream(infos)
                .filter(info -> info.name.equals(name))
                .findFirst()
                .orElseThrow();
    }
}
