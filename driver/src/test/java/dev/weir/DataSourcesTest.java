package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.naming.spi.NamingManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSourcesTest {
    @ParameterizedTest
    @ValueSource(classes = {WeirDataSource.class, WeirXADataSource.class, WeirConnectionPoolDataSource.class})
    void shouldComeBackFromNamingServiceAsItWasBound(Class<? extends WeirSource> type) throws Exception {
        WeirSource source = type.getConstructor(String.class).newInstance("jdbc:weir:postgresql://a,b/shop");
        source.setUser("app");
        source.setPassword("secret");
        source.setProperty("weir.consistency", "strong");
        Object found = NamingManager.getObjectInstance(source.getReference(), null, null, null);
        assertThat(found).isInstanceOf(type);
        assertThat(((WeirSource) found).getReference()).isEqualTo(source.getReference());
        assertThat(((WeirSource) found).getUrl()).isEqualTo("jdbc:weir:postgresql://a,b/shop");
    }

    @Test
    void shouldBeMadeFromResourceOfContainer() throws Exception {
        Reference resource = new Reference("javax.sql.DataSource", WeirDataSourceFactory.class.getName(), null);
        resource.add(new StringRefAddr("scope", "Shareable"));
        resource.add(new StringRefAddr("auth", "Container"));
        resource.add(new StringRefAddr("url", "jdbc:weir:h2:tcp://a/shop"));
        resource.add(new StringRefAddr("user", "sa"));
        WeirDataSource made = (WeirDataSource) NamingManager.getObjectInstance(resource, null, null, null);
        assertThat(made.getUrl()).isEqualTo("jdbc:weir:h2:tcp://a/shop");
        assertThat(made.getUser()).isEqualTo("sa");
        assertThat(NamingManager.getObjectInstance(new Reference("java.lang.String"), null, null, null))
                .isInstanceOf(Reference.class);
    }
}
