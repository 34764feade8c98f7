package dev.weir.replicator.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.replicator.source.StoreUrl.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlTest {
    @ParameterizedTest
    @CsvSource({
        "jdbc:h2:./shop, FILE, jdbc:h2:./shop-replica-1",
        "jdbc:h2:file:/data/shop, FILE, jdbc:h2:file:/data/shop-replica-1",
        "jdbc:h2:~/shop, FILE, jdbc:h2:~/shop-replica-1",
        "jdbc:h2:mem:shop, MEMORY, jdbc:h2:mem:shop-replica-1",
        "jdbc:h2:tcp://a:9092/shop, REMOTE, jdbc:h2:tcp://a:9092/shop-replica-1"
    })
    void shouldKnowKindAndSiblingWhenUrlIsTakenApart(String url, Kind kind, String sibling) {
        StoreUrl store = StoreUrl.parse(url + ";MODE=MySQL");

        assertThat(store.kind()).isEqualTo(kind);
        assertThat(store.sibling("-replica-1").jdbc()).isEqualTo(sibling);
        assertThat(store.jdbc()).isEqualTo(url + ";MODE=MySQL");
    }

    @Test
    void shouldKeepOnlySessionSettingsWhenReplicasUrlIsMade() {
        StoreUrl store = StoreUrl.parse(
                "jdbc:h2:mem:shop;MODE=MySQL;schema=APP;INIT=CREATE SCHEMA A\\;SET SCHEMA A;LOCK_TIMEOUT=5");

        assertThat(store.settings())
                .containsExactly("MODE=MySQL", "schema=APP", "INIT=CREATE SCHEMA A\\;SET SCHEMA A", "LOCK_TIMEOUT=5");
        assertThat(store.sibling("-r")
                        .withSessionSettingsOf(store)
                        .with("IFEXISTS", "TRUE")
                        .jdbc())
                .isEqualTo("jdbc:h2:mem:shop-r;schema=APP;LOCK_TIMEOUT=5;IFEXISTS=TRUE");
    }

    @Test
    void shouldBeOneStoreWhenPathsAreWrittenDifferently() {
        assertThat(StoreUrl.parse("jdbc:h2:./shop").key())
                .isEqualTo(StoreUrl.parse("jdbc:h2:file:./x/../shop;MODE=MySQL").key());
        assertThat(StoreUrl.parse("jdbc:h2:~/shop").file())
                .isEqualTo(Path.of(System.getProperty("user.home"), "shop.mv.db"));
        assertThat(StoreUrl.parse("jdbc:h2:/a;A=1;a=2").with("A", "3").settings())
                .isEqualTo(List.of("A=3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://a/b",
                "jdbc:h2:mem:",
                "jdbc:h2:nio:/shop",
                "jdbc:h2:zip:/a.zip!/shop",
                "jdbc:h2:mem:shop;CIPHER=AES",
                "jdbc:h2:./shop;CIPHER=XTEA"
            })
    void shouldRefuseStoreWhenItCannotBeReplicated(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> StoreUrl.parse(url));
    }
}
