package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.routing.Consistency;
import dev.weir.routing.LoadBalance;
import dev.weir.routing.NoReplica;
import dev.weir.routing.OnLostWrites;
import dev.weir.routing.Preference;
import dev.weir.routing.RoutingSettings;
import dev.weir.routing.SessionScope;
import dev.weir.routing.StrongReads;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    @Test
    void shouldUseTheDocumentedDefaults() throws SQLException {
        WeirSettings settings = SettingsReader.read("jdbc:weir:postgresql://a,b/shop", new Properties());

        assertThat(settings.routing()).isEqualTo(RoutingSettings.DEFAULT);
        assertThat(settings.cluster().poolSize()).isEqualTo(100);
        assertThat(settings.cluster().poolMinIdle()).isZero();
        assertThat(settings.cluster().poolTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.cluster().nodeTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.cluster().probeInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.readOnlyFunctions()).isEmpty();
    }

    @Test
    void shouldReadEveryPropertyFromUrlAndProperties() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "app");
        properties.setProperty("password", "S3cret");
        properties.setProperty("ssl", "true");
        properties.setProperty("targetServerType", "primary");
        properties.setProperty("weir.consistency", "strong");
        properties.setProperty("weir.maxLag", "3s");
        properties.setProperty("weir.readOnlyFunctions", " price , shop.tax");
        WeirSettings settings = SettingsReader.read(
                "jdbc:weir:postgresql://a,b/shop?weir.consistency=Eventual&weir.sessionScope=connection"
                        + "&weir.maxStaleness=500ms&weir.waitForReplica=20ms&weir.loadBalance=roundRobin"
                        + "&weir.noReplica=fail&weir.onLostWrites=reset&weir.nodeTimeout=3s&weir.zone=east&weir.zones=east,west, east&weir.weights=1,0,20"
                        + "&weir.strongReads=replica&weir.tableAware=false&weir.probeInterval=50ms&weir.poolSize=7&weir.poolMinIdle=2"
                        + "&weir.poolTimeout=4s&weir.log.maxLag=1000&weir.replicas=jdbc:postgresql://c/shop,jdbc:postgresql://b/shop",
                properties);

        assertThat(settings.logMaxLag()).isEqualTo(1000);
        assertThat(settings.routing())
                .isEqualTo(new RoutingSettings(
                        Consistency.EVENTUAL,
                        SessionScope.CONNECTION,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(20),
                        LoadBalance.ROUND_ROBIN,
                        NoReplica.FAIL,
                        StrongReads.REPLICA,
                        false,
                        new Preference("east", List.of("east", "west", "east"), List.of(1, 0, 20)),
                        OnLostWrites.RESET));
        assertThat(settings.cluster().topology())
                .isEqualTo(new Listed(
                        List.of("jdbc:postgresql://a/shop", "jdbc:postgresql://b/shop", "jdbc:postgresql://c/shop")));
        assertThat(settings.cluster().targetProperties())
                .isEqualTo(Map.of("user", "app", "password", "S3cret", "ssl", "true"));
        assertThat(settings.cluster().poolSize()).isEqualTo(7);
        assertThat(settings.cluster().poolMinIdle()).isEqualTo(2);
        assertThat(settings.cluster().poolTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(settings.cluster().nodeTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.cluster().probeInterval()).isEqualTo(Duration.ofMillis(50));
        assertThat(settings.readOnlyFunctions()).containsExactlyInAnyOrder("price", "shop.tax");
        assertThat(settings + " " + settings.cluster()).doesNotContain("S3cret");
    }

    @Test
    void shouldRunReplicasOfAnEmbeddedStore() throws SQLException {
        assertThat(SettingsReader.read("jdbc:weir:h2:./shop;WEIR.REPLICAS=2;MODE=MySQL", new Properties())
                        .cluster()
                        .topology())
                .isEqualTo(new Embedded("jdbc:h2:./shop;MODE=MySQL", 2));
        assertThat(SettingsReader.read("jdbc:weir:h2:mem:shop", new Properties())
                        .cluster()
                        .topology())
                .isEqualTo(new Embedded("jdbc:h2:mem:shop", 0));
    }

    @Test
    void shouldNameTheValidSetWhenAPropertyIsUnknown() {
        assertThatThrownBy(() -> SettingsReader.read("jdbc:weir:h2:mem:shop;weir.consistancy=strong", new Properties()))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasFieldOrPropertyWithValue("SQLState", "08001")
                .hasMessageContaining("weir.consistancy")
                .hasMessageContaining("weir.consistency, weir.sessionScope");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weir.consistency|strongest|one of session, strong, bounded, eventual",
                "weir.weights|1,2|a value for each of the nodes, of which there are 1",
                "weir.weights|-1|whole numbers from 0 to 1000",
                "weir.weights|1001|whole numbers from 0 to 1000",
                "weir.zones|east,west|a value for each of the nodes, of which there are 1",
                "weir.zone|east|empty as long as weir.zones does not say",
                "weir.nodeTimeout|0s|a duration above zero",
                "weir.log.maxLag|99|off, or a number of entries, at least 100",
                "weir.log.maxLag|10s|off, or a number of entries, at least 100",
                "weir.onLostWrites|ignore|one of fail, reset",
                "weir.loadBalance|fast|one of leastOutstanding, roundRobin, random, fastest",
                "weir.maxLag|0s|a duration above zero",
                "weir.maxLag|ten|a duration",
                "weir.waitForReplica|-1s|a duration",
                "weir.poolSize|0|a whole number, at least 1",
                "weir.poolMinIdle|x|a whole number, at least 0",
                "weir.poolMinIdle|101|at most weir.poolSize, which is 100",
                "weir.readOnlyFunctions|f(x)|names of functions",
                "weir.replicas|2|JDBC URLs"
            })
    void shouldSayWhatIsValidWhenAValueIsNot(String name, String value, String valid) {
        Properties properties = new Properties();
        properties.setProperty(name, value);
        assertThatThrownBy(() -> SettingsReader.read("jdbc:weir:postgresql://a/shop", properties))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasFieldOrPropertyWithValue("SQLState", "08001")
                .hasMessageContaining(name)
                .hasMessageContaining(valid);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:weir:postgresql://c/shop",
                "jdbc:h2:tcp://c/shop",
                "jdbc:postgresql://c/shop?user=u&password=S3cret",
                "jdbc:postgresql://c/shop?weir.maxLag=1s"
            })
    void shouldRefuseReplicasThatAreNotPlainUrlsOfTheTarget(String replica) {
        Properties properties = new Properties();
        properties.setProperty("weir.replicas", replica);
        assertThatThrownBy(() -> SettingsReader.read("jdbc:weir:postgresql://a/shop", properties))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageNotContaining("S3cret");
    }
}
