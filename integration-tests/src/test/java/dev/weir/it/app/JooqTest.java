package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.constraint;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.SQLDataType.BIGINT;
import static org.jooq.impl.SQLDataType.INTEGER;
import static org.jooq.impl.SQLDataType.VARCHAR;

import java.util.List;
import org.jooq.CloseableDSLContext;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Sequence;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** jOOQ, which writes its own SQL for each database: generated keys by FINAL TABLE on H2 and by RETURNING on PostgreSQL. */
final class JooqTest {
    private static final Table<Record> BOOK = table(name("book"));
    private static final Field<Long> ID = field(name("book", "id"), BIGINT.identity(true));
    private static final Field<String> TITLE =
            field(name("book", "title"), VARCHAR(80).notNull());
    private static final Field<Integer> COPIES = field(name("book", "copies"), INTEGER.notNull());
    private static final Sequence<Long> TICKET = DSL.sequence(name("ticket"), BIGINT);

    private static CloseableDSLContext open(Deployment deployment) {
        CloseableDSLContext jooq = DSL.using(deployment.url(), deployment.user(), deployment.password());
        jooq.configuration().set(deployment.isPostgres() ? SQLDialect.POSTGRES : SQLDialect.H2);
        return jooq;
    }

    private static void create(DSLContext jooq) {
        jooq.createTable(BOOK)
                .columns(ID, TITLE, COPIES)
                .constraints(
                        constraint("pk_book").primaryKey(ID),
                        constraint("uk_title").unique(TITLE))
                .execute();
        jooq.createSequence(TICKET).execute();
    }

    @OnEveryCluster(overTcp = true)
    void shouldInsertUpsertUpdateAndDelete(Deployment deployment) throws Exception {
        try (CloseableDSLContext jooq = open(deployment)) {
            create(jooq);
            Record first = jooq.insertInto(BOOK, TITLE, COPIES)
                    .values("Animal Farm", 1)
                    .returning(ID, TITLE)
                    .fetchSingle();
            assertThat(first.get(ID)).isEqualTo(1);
            assertThat(first.get(TITLE)).isEqualTo("Animal Farm");
            assertThat(jooq.insertInto(BOOK, TITLE, COPIES)
                            .values("1984", 1)
                            .values("Brida", 2)
                            .execute())
                    .isEqualTo(2);
            for (int i = 0; i < 2; i++) {
                jooq.insertInto(BOOK, TITLE, COPIES)
                        .values("Brazil", 5)
                        .onConflict(TITLE)
                        .doUpdate()
                        .set(COPIES, COPIES.plus(1))
                        .execute();
            }
            jooq.insertInto(BOOK, TITLE, COPIES)
                    .values("Brazil", 9)
                    .onConflict(TITLE)
                    .doNothing()
                    .execute();
            assertThat(jooq.update(BOOK)
                            .set(COPIES, 7)
                            .where(TITLE.eq("1984"))
                            .returning(COPIES)
                            .fetchSingle()
                            .get(COPIES))
                    .isEqualTo(7);
            assertThat(jooq.deleteFrom(BOOK)
                            .where(TITLE.eq("Brida"))
                            .returning(TITLE)
                            .fetchSingle()
                            .get(TITLE))
                    .isEqualTo("Brida");
            jooq.batch(jooq.insertInto(BOOK, TITLE, COPIES).values("", 0))
                    .bind("Dune", 1)
                    .bind("Emma", 2)
                    .execute();
            deployment.readUntilOffloaded(
                    "order by",
                    () -> assertThat(jooq.select(TITLE, COPIES)
                                    .from(BOOK)
                                    .orderBy(TITLE)
                                    .fetch(r -> r.value1() + r.value2()))
                            .containsExactly("19847", "Animal Farm1", "Brazil6", "Dune1", "Emma2"));
        }
    }

    @OnEveryCluster
    void shouldRunTransactionsSequencesLocksAndCursors(Deployment deployment) throws Exception {
        try (CloseableDSLContext jooq = open(deployment)) {
            create(jooq);
            assertThat(jooq.nextval(TICKET)).isEqualTo(1);
            assertThat(jooq.select(TICKET.nextval()).fetchSingle().value1()).isEqualTo(2);
            jooq.transaction(outer -> {
                outer.dsl().insertInto(BOOK, TITLE, COPIES).values("kept", 1).execute();
                assertThatThrownBy(() -> outer.dsl().transaction(inner -> {
                            inner.dsl()
                                    .insertInto(BOOK, TITLE, COPIES)
                                    .values("undone", 1)
                                    .execute();
                            throw new IllegalStateException("undo");
                        }))
                        .isInstanceOf(IllegalStateException.class);
                assertThat(outer.dsl()
                                .select(COPIES)
                                .from(BOOK)
                                .where(TITLE.eq("kept"))
                                .forUpdate()
                                .fetchSingle()
                                .value1())
                        .isEqualTo(1);
            });
            assertThat(jooq.fetchCount(BOOK)).isEqualTo(1);
            assertThat(jooq.selectFrom(BOOK).forUpdate().fetch()).hasSize(1);
            deployment.readUntilOffloaded("row_number", () -> {
                try (Cursor<?> cursor = jooq.select(
                                TITLE, DSL.rowNumber().over(DSL.orderBy(TITLE)).as("n"))
                        .from(BOOK)
                        .fetchSize(1)
                        .fetchLazy()) {
                    assertThat(cursor.fetch().intoMaps()).hasSize(1);
                }
            });
            deployment.readUntilOffloaded(
                    "exists",
                    () -> assertThat(
                                    jooq.fetchExists(jooq.selectOne().from(BOOK).where(COPIES.gt(0))))
                            .isTrue());
            deployment.readUntilOffloaded(
                    "group by",
                    () -> assertThat(jooq.with("c")
                                    .as(jooq.select(TITLE, count().as("n"))
                                            .from(BOOK)
                                            .groupBy(TITLE))
                                    .select(field(name("n"), INTEGER))
                                    .from(table(name("c")))
                                    .fetch(0, Integer.class))
                            .isEqualTo(List.of(1)));
            assertThat(jooq.nextval(TICKET)).isEqualTo(3);
        }
    }
}
