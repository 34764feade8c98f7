package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.sql.SqlDialect;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeirUrlTest {
    @Test
    void shouldGiveEachPostgresHostItsOwnUrl() throws SQLException {
        ParsedUrl url =
                WeirUrl.parse("jdbc:weir:postgresql://a,b:5433,[::1]:5434/shop?ssl=true&weir.consistency=strong");

        assertThat(url.dialect()).isEqualTo(SqlDialect.POSTGRESQL);
        assertThat(url.nodeUrls())
                .containsExactly(
                        "jdbc:postgresql://a/shop?ssl=true",
                        "jdbc:postgresql://b:5433/shop?ssl=true",
                        "jdbc:postgresql://[::1]:5434/shop?ssl=true");
        assertThat(url.weir()).isEqualTo(Map.of("weir.consistency", "strong"));
        assertThat(url.embedded()).isFalse();
    }

    @Test
    void shouldTakeCredentialsOutOfEveryTextThatIsShown() throws SQLException {
        ParsedUrl postgres =
                WeirUrl.parse("jdbc:weir:postgresql://a/shop?user=u&password=s%3Bcret%26&sslpassword=k&ssl=true");
        ParsedUrl h2 =
                WeirUrl.parse("jdbc:weir:h2:tcp://a:9092/shop;USER=sa;password=S3cret;weir.maxLag=5s;MODE=MySQL");

        assertThat(postgres.secrets()).isEqualTo(Map.of("user", "u", "password", "s;cret&", "sslpassword", "k"));
        assertThat(postgres.display()).isEqualTo("jdbc:weir:postgresql://a/shop?ssl=true");
        assertThat(h2.secrets()).isEqualTo(Map.of("user", "sa", "password", "S3cret"));
        assertThat(h2.display()).isEqualTo("jdbc:weir:h2:tcp://a:9092/shop;weir.maxLag=5s;MODE=MySQL");
        assertThat(h2.toString() + h2.nodeUrls() + postgres + postgres.nodeUrls())
                .doesNotContainIgnoringCase("cret");
    }

    @Test
    void shouldStripOnlyTheLeadingPrefix() throws SQLException {
        ParsedUrl url = WeirUrl.parse("jdbc:weir:postgresql://a/jdbc:weir:shop?options=-c%20x=jdbc:weir:");

        assertThat(url.nodeUrls()).containsExactly("jdbc:postgresql://a/jdbc:weir:shop?options=-c%20x=jdbc:weir:");
    }

    @Test
    void shouldLeaveOutWhatChoosesAmongSeveralHosts() throws SQLException {
        ParsedUrl url = WeirUrl.parse("jdbc:weir:postgresql://a,b/shop?targetServerType=primary&loadBalanceHosts=true");

        assertThat(url.nodeUrls()).containsExactly("jdbc:postgresql://a/shop", "jdbc:postgresql://b/shop");
    }

    @Test
    void shouldGiveEachH2ServerItsOwnUrl() throws SQLException {
        ParsedUrl url = WeirUrl.parse("jdbc:weir:h2:tcp://a:9092,b:9093/~/shop;MODE=PostgreSQL");

        assertThat(url.nodeUrls())
                .containsExactly(
                        "jdbc:h2:tcp://a:9092/~/shop;MODE=PostgreSQL", "jdbc:h2:tcp://b:9093/~/shop;MODE=PostgreSQL");
        assertThat(url.embedded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:weir:h2:./shop",
                "jdbc:weir:h2:mem:shop",
                "jdbc:weir:h2:file:/data/shop",
                "jdbc:weir:h2:~/shop"
            })
    void shouldKnowAnEmbeddedStore(String text) throws SQLException {
        ParsedUrl url = WeirUrl.parse(text + ";weir.replicas=2");

        assertThat(url.embedded()).isTrue();
        assertThat(url.nodeUrls()).containsExactly(text.replace("jdbc:weir:", "jdbc:"));
        assertThat(url.weir()).isEqualTo(Map.of("weir.replicas", "2"));
    }

    @Test
    void shouldKeepAnEscapedSemicolonInAnH2Setting() throws SQLException {
        ParsedUrl url = WeirUrl.parse("jdbc:weir:h2:mem:shop;TIME ZONE=a\\;b;weir.poolSize=3");

        assertThat(url.nodeUrls()).containsExactly("jdbc:h2:mem:shop;TIME ZONE=a\\;b");
        assertThat(url.weir()).isEqualTo(Map.of("weir.poolSize", "3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:weir:mysql://a/shop",
                "jdbc:weir:",
                "jdbc:weir:postgresql://a,,b/shop",
                "jdbc:weir:postgresql://a/shop?password=s%cret",
                "jdbc:weir:h2:tcp://a,/shop",
                "jdbc:weir:h2:tcp://a",
                "jdbc:weir:h2:tcp:a/shop",
                "jdbc:weir:h2:./shop;INIT=CREATE TABLE T(ID INT)"
            })
    void shouldRefuseAMalformedUrlAndSayHow(String url) {
        assertThatThrownBy(() -> WeirUrl.parse(url))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasFieldOrPropertyWithValue("SQLState", "08001")
                .hasMessageNotContaining("cret");
    }

    @Test
    void shouldSplitReplicasBetweenUrlsNotInsideThem() {
        assertThat(WeirUrl.splitReplicas("jdbc:postgresql://b,c/shop, jdbc:postgresql://d/shop"))
                .containsExactly("jdbc:postgresql://b,c/shop", "jdbc:postgresql://d/shop");
    }
}
