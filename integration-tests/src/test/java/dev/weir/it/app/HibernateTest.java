package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Lob;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.jspecify.annotations.Nullable;

/** Hibernate with its own pool: schema creation, keys by identity and by sequence, versions, locks, LOBs, and query comments. */
final class HibernateTest {
    /** Keys by identity. */
    @Entity(name = "Author")
    public static class Author {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        @Nullable Long id;

        @Column(unique = true)
        String name = "";

        @OneToMany(mappedBy = "author", cascade = CascadeType.ALL, orphanRemoval = true)
        @OrderBy("title")
        List<Book> books = new ArrayList<>();

        @Version
        int version;

        @ElementCollection
        Set<String> prizes = new HashSet<>();

        Book write(String title) {
            Book book = new Book();
            book.title = title;
            book.author = this;
            books.add(book);
            return book;
        }
    }

    /** Keys by sequence. */
    @Entity(name = "Book")
    public static class Book {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        @Nullable Long id;

        String title = "";

        UUID code = UUID.randomUUID();

        @ManyToOne
        @Nullable Author author;

        @Lob
        @Nullable String text;

        @Lob
        byte @Nullable [] cover;
    }

    static SessionFactory open(Deployment deployment) {
        return new Configuration()
                .addAnnotatedClass(Author.class)
                .addAnnotatedClass(Book.class)
                .setProperty("hibernate.connection.url", deployment.url())
                .setProperty("hibernate.connection.username", deployment.user())
                .setProperty("hibernate.connection.password", deployment.password())
                .setProperty("hibernate.connection.autocommit", "true")
                .setProperty("hibernate.connection.pool_size", "5")
                .setProperty("hibernate.hbm2ddl.auto", "create-drop")
                .setProperty("hibernate.use_sql_comments", "true")
                .setProperty("hibernate.jdbc.batch_size", "10")
                .buildSessionFactory();
    }

    private static void persistOrwell(SessionFactory sessions) {
        sessions.inTransaction(session -> {
            Author author = new Author();
            author.name = "Orwell";
            author.prizes.addAll(List.of("Hugo", "Prometheus"));
            author.write("1984");
            author.write("Animal Farm");
            session.persist(author);
        });
    }

    /** What a query finds outside any transaction. */
    private static <T> List<T> find(SessionFactory sessions, String hql, Class<T> type) {
        return sessions.fromSession(
                session -> session.createSelectionQuery(hql, type).getResultList());
    }

    private static Author orwell(Session session) {
        return session.createSelectionQuery("from Author where name = 'Orwell'", Author.class)
                .getSingleResult();
    }

    @OnEveryCluster
    void shouldCreateTheSchemaAndShowEveryThreadWhatAnotherWrote(Deployment deployment) throws Exception {
        try (SessionFactory sessions = open(deployment)) {
            persistOrwell(sessions);
            for (int i = 0; i < 20; i++) {
                String title = "Essay " + i;
                sessions.inTransaction(session -> orwell(session).write(title));
                List<Long> found = CompletableFuture.supplyAsync(() ->
                                find(sessions, "select count(*) from Book where title = '" + title + "'", Long.class))
                        .get();
                assertThat(found).as(title).containsExactly(1L);
            }
            String titles = "select b.title from Book b join b.author a where a.name = 'Orwell'"
                    + " and b.title not like 'Essay%' order by b.title";
            deployment.readUntilOffloaded(
                    "join",
                    () -> assertThat(find(sessions, titles, String.class)).containsExactly("1984", "Animal Farm"));
            deployment.readUntilOffloaded(
                    "prizes",
                    () -> sessions.inSession(session ->
                            assertThat(orwell(session).prizes).containsExactlyInAnyOrder("Hugo", "Prometheus")));
            sessions.inTransaction(session -> session.remove(orwell(session)));
            assertThat(deployment.number("SELECT COUNT(*) FROM Book")).isZero();
        }
    }

    @OnEveryCluster
    void shouldKeepVersionsAndLocks(Deployment deployment) throws Exception {
        try (SessionFactory sessions = open(deployment)) {
            persistOrwell(sessions);
            Author stale = sessions.fromSession(HibernateTest::orwell);
            sessions.inTransaction(session -> {
                Author author = session.createSelectionQuery("from Author", Author.class)
                        .setHibernateLockMode(org.hibernate.LockMode.PESSIMISTIC_WRITE)
                        .getSingleResult();
                author.name = "Blair";
            });
            assertThatThrownBy(() -> sessions.inTransaction(session -> {
                        stale.name = "late";
                        session.merge(stale);
                    }))
                    .isInstanceOf(OptimisticLockException.class);
            sessions.inTransaction(session -> {
                Author author = session.find(Author.class, stale.id, LockModeType.PESSIMISTIC_READ);
                assertThat(author.name).isEqualTo("Blair");
                assertThat(session.createMutationQuery("update Book set title = upper(title)")
                                .executeUpdate())
                        .isEqualTo(2);
            });
            deployment.readUntilOffloaded(
                    "title",
                    () -> assertThat(find(sessions, "select title from Book order by title", String.class))
                            .containsExactly("1984", "ANIMAL FARM"));
        }
    }

    @OnEveryCluster
    void shouldTakeQueryCommentsAsHints(Deployment deployment) throws Exception {
        try (SessionFactory sessions = open(deployment)) {
            persistOrwell(sessions);
            deployment.readUntilOffloaded(
                    "title",
                    () -> assertThat(titles(sessions, "titles for the list")).containsExactly("1984", "Animal Farm"));
            int before = deployment.onReplicas("title").size();
            for (int i = 0; i < 20; i++) {
                assertThat(titles(sessions, "weir: strong")).containsExactly("1984", "Animal Farm");
            }
            assertThat(deployment.onReplicas("title")).hasSize(before);
        }
    }

    private static List<String> titles(SessionFactory sessions, String comment) {
        return sessions.fromSession(
                session -> session.createSelectionQuery("select title from Book order by title", String.class)
                        .setComment(comment)
                        .getResultList());
    }

    @OnEveryCluster
    void shouldStoreLargeObjects(Deployment deployment) throws Exception {
        try (SessionFactory sessions = open(deployment)) {
            persistOrwell(sessions);
            String text = "It was a bright cold day in April. ".repeat(20_000);
            byte[] cover = text.toUpperCase(Locale.ROOT).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            sessions.inTransaction(session -> {
                Book book = orwell(session).books.get(0);
                book.text = text;
                book.cover = cover;
            });
            sessions.inTransaction(session -> {
                Book book = orwell(session).books.get(0);
                assertThat(book.text).isEqualTo(text);
                assertThat(book.cover).isEqualTo(cover);
                book.text = "short";
            });
            sessions.inTransaction(
                    session -> assertThat(orwell(session).books.get(0).text).isEqualTo("short"));
            deployment.readUntilOffloaded(
                    "count(",
                    () -> assertThat(find(sessions, "select count(*) from Book where cover is not null", Long.class))
                            .containsExactly(1L));
        }
    }
}
