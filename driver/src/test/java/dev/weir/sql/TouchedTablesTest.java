package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Definition.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tables a plain read may read, and which INSERTs are known to do no more than add rows. */
class TouchedTablesTest {
    private static final Definition VIEW =
            relation("offers", "SELECT i.name FROM shop.item i JOIN prices p ON p.id = i.id");
    private static final Definition OUTER = relation("best_offers", "SELECT * FROM offers");
    private static final Definition FUNCTION = function("sql", "price", "SELECT max(amount) FROM price_list");
    private static final Definition BLOCK = function(
            "plpgsql", "total", "DECLARE t int; BEGIN SELECT sum(n) INTO t FROM cart; RETURN t + price(1); END");
    private static final Definition C_FUNCTION = new Definition(Kind.FUNCTION, "public", "similar", "c", "");

    private final Classifier postgres = classifier(VIEW, OUTER, FUNCTION, BLOCK, C_FUNCTION);

    private static Definition relation(String name, String body) {
        return new Definition(Kind.RELATION, "public", name, "sql", body);
    }

    private static Definition function(String language, String name, String body) {
        return new Definition(Kind.FUNCTION, "public", name, language, body);
    }

    private static Classifier classifier(Definition... definitions) {
        Classifier classifier = new Classifier(SqlDialect.POSTGRESQL, Set.of());
        classifier.update(new Schema(
                List.of(definitions),
                Syntax.POSTGRESQL,
                Set.of("event", "Item"),
                Map.of("Item", Set.of("shelf", "Item"))));
        return classifier;
    }

    private static boolean mayRead(Classifier classifier, String sql, String table) {
        Classification read = classifier.classify(sql);
        assertThat(read.kind()).as(sql).isEqualTo(dev.weir.sql.Kind.READ);
        return read.tables().mayShare(Tables.named(List.of(table)));
    }

    @Test
    void shouldFindEveryTableThatATextNamesAndNoOther() {
        String sql = "WITH w AS (SELECT * FROM Audit) SELECT (SELECT max(id) FROM \"cart\") FROM item, shop.w"
                + " WHERE EXISTS (TABLE price_list)";
        for (String table : List.of("audit", "CART", "item", "price_list")) {
            assertThat(mayRead(postgres, sql, table)).as(table).isTrue();
        }
        assertThat(mayRead(postgres, sql, "event")).isFalse();
    }

    @Test
    void shouldLookBehindViewsAndFunctions() {
        assertThat(mayRead(postgres, "SELECT * FROM best_offers", "item")).isTrue();
        assertThat(mayRead(postgres, "SELECT * FROM best_offers", "prices")).isTrue();
        assertThat(mayRead(postgres, "SELECT * FROM best_offers", "cart")).isFalse();
        assertThat(mayRead(postgres, "SELECT total()", "cart")).isTrue();
        assertThat(mayRead(postgres, "SELECT total()", "price_list")).isTrue();
        assertThat(mayRead(postgres, "SELECT total()", "item")).isFalse();
    }

    @Test
    void shouldNotTakeACallOfTheDatabasesOwnForAReadOfNoTable() {
        assertThat(postgres.classify("SELECT total()").tableless()).isFalse();
        assertThat(postgres.classify("SELECT upper('a')").tableless()).isTrue();
        assertThat(postgres.classify("SELECT 1").tableless()).isTrue();
    }

    @Test
    void shouldNotBelieveWhatItCannotSee() {
        assertThat(postgres.classify("SELECT similar(name, 'a') FROM item").tables())
                .as("a function in C")
                .isEqualTo(Tables.ANY);
        assertThat(postgres.classify("SELECT * FROM müller").tables()).isEqualTo(Tables.ANY);
        assertThat(postgres.classify("SELECT * FROM " + "x".repeat(64)).tables())
                .isEqualTo(Tables.ANY);
        String many = IntStream.range(0, 200).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
        assertThat(postgres.classify("SELECT " + many + " FROM item").tables()).isEqualTo(Tables.ANY);
        assertThat(new Classifier(SqlDialect.POSTGRESQL, Set.of())
                        .classify("SELECT * FROM item")
                        .tables())
                .as("before the catalog is read")
                .isEqualTo(Tables.ANY);
        assertThat(classifier(new Definition(Kind.RELATION, "s", "hidden", "", null))
                        .classify("SELECT * FROM item")
                        .tables())
                .as("of what does not concern it")
                .isNotEqualTo(Tables.ANY);
    }

    @Test
    void shouldCountWhatOperatorsReadForEveryStatement() {
        Definition operator = new Definition(Kind.OPERATOR, "s", "===", "sql", "SELECT s.same()");
        Definition same = new Definition(Kind.FUNCTION, "s", "same", "sql", "SELECT true FROM synonyms");
        assertThat(mayRead(classifier(operator, same), "SELECT * FROM item", "synonyms"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO event VALUES (1, 'a')",
                "insert into public.EVENT (id, name) values (?, ?), (?, now())",
                "INSERT INTO event AS e (id) VALUES (nextval('s')) RETURNING e.id, upper(name)",
                "INSERT INTO event DEFAULT VALUES",
                "INSERT INTO event (id) OVERRIDING SYSTEM VALUE VALUES (7)"
            })
    void shouldKnowABlindInsert(String sql) {
        assertThat(postgres.classify(sql).tables()).isEqualTo(Tables.named(List.of("event")));
    }

    @Test
    void shouldCountTheTablesWhoseRowsAForeignKeyHasFound() {
        assertThat(postgres.classify("INSERT INTO \"Item\" VALUES (1)").tables())
                .isEqualTo(Tables.named(List.of("item", "shelf")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO offers VALUES (1)",
                "INSERT INTO cart VALUES (1)",
                "INSERT INTO event SELECT * FROM item",
                "INSERT INTO event VALUES ((SELECT max(id) FROM item))",
                "INSERT INTO event TABLE item",
                "INSERT INTO event VALUES (1) ON CONFLICT DO NOTHING",
                "INSERT INTO event VALUES (price(1)) RETURNING volatile_of_mine()",
                "INSERT INTO event VALUES (1) RETURNING (SELECT max(id) FROM item)",
                "WITH x AS (DELETE FROM item RETURNING *) INSERT INTO event VALUES (1)",
                "INSERT INTO event VALUES (1); UPDATE item SET a = 1",
                "UPDATE event SET id = 2",
                "DELETE FROM event",
                "MERGE INTO event USING item ON true WHEN MATCHED THEN DELETE",
                "COPY event FROM STDIN"
            })
    void shouldTakeAnyOtherWriteForOneThatTouchesAndSeesAnything(String sql) {
        assertThat(postgres.classify(sql).tables()).isEqualTo(Tables.ANY);
    }

    @Test
    void shouldTellTheSameTableWhateverTheLiteralsAre() {
        assertThat(postgres.classify("INSERT INTO event VALUES (1)").tables())
                .isEqualTo(postgres.classify("INSERT INTO event VALUES (2)").tables())
                .isEqualTo(Tables.named(List.of("EVENT")));
    }

    @Test
    void shouldKnowOnH2WhatStandsBehindASynonym() {
        Classifier h2 = new Classifier(SqlDialect.H2, Set.of());
        h2.update(new Schema(List.of(relation("ARTICLE", "TABLE \"ITEM\"")), Syntax.H2));
        assertThat(mayRead(h2, "SELECT * FROM article", "ITEM")).isTrue();
        assertThat(h2.classify("INSERT INTO article VALUES (1)").tables()).isEqualTo(Tables.ANY);
        assertThat(h2.classify("INSERT INTO event VALUES (1)").tables()).isEqualTo(Tables.named(List.of("EVENT")));
        assertThat(h2.classify("INSERT INTO event VALUES (1) ON DUPLICATE KEY UPDATE a = 1")
                        .tables())
                .isEqualTo(Tables.ANY);
    }
}
