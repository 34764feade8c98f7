package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Catalog.View;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
    @Test
    void shouldNameTheViewsOfH2ThatHaveEffects() throws SQLException {
        Catalog catalog = Catalog.EMPTY.withViews(SqlDialect.H2, views());

        assertThat(catalog.volatileRelations())
                .containsExactlyInAnyOrder("NUMBERS", "OUTER_NUMBERS", "OWN", "JOINED NUMBERS");
        Classifier classifier = new Classifier(SqlDialect.H2, Set.of());
        classifier.update(catalog);
        assertThat(classifier.classify("SELECT * FROM totals").kind()).isEqualTo(Kind.READ);
        assertThat(classifier.classify("SELECT * FROM t, public.outer_numbers").kind())
                .isEqualTo(Kind.PRIMARY_READ);
        assertThat(classifier.classify("SELECT * FROM \"joined numbers\"").kind())
                .isEqualTo(Kind.PRIMARY_READ);
    }

    @Test
    void shouldTakeAViewThatIsNotShownForOneWithEffects() {
        assertThat(Catalog.EMPTY
                        .withViews(SqlDialect.POSTGRESQL, List.of(new View("hidden", null)))
                        .volatileRelations())
                .containsExactly("HIDDEN");
    }

    private static List<View> views() throws SQLException {
        List<View> views = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
            statement.execute("CREATE SEQUENCE s");
            statement.execute("CREATE ALIAS own FOR 'dev.weir.sql.H2OracleTest.touch'");
            statement.execute("CREATE VIEW totals AS SELECT a, COUNT(*) AS n FROM t GROUP BY a");
            statement.execute("CREATE VIEW numbers AS SELECT id, NEXT VALUE FOR s AS n FROM t");
            statement.execute("CREATE VIEW outer_numbers AS SELECT n FROM numbers WHERE n > 1");
            statement.execute("CREATE VIEW \"joined numbers\" AS SELECT o.n FROM t JOIN outer_numbers o ON o.n = t.id");
            statement.execute("CREATE VIEW own AS SELECT own() AS n FROM t");
            try (ResultSet rows = statement.executeQuery(
                    "SELECT TABLE_NAME, VIEW_DEFINITION FROM INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA = 'PUBLIC'")) {
                while (rows.next()) {
                    views.add(new View(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return views;
    }
}
