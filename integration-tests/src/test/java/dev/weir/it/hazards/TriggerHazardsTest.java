package dev.weir.it.hazards;

import static dev.weir.it.hazards.Hazard.diverging;
import static dev.weir.it.hazards.Hazard.harmless;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.WeirDataSource;
import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 16 and 17 of the table of hazards, and the changes that a statement's own text does not show: triggers, views, cascades, routines. */
final class TriggerHazardsTest {
    private static final String AUDITED = """
            CREATE TABLE AUDIT(ID BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ROW_KEY INTEGER, SEEN INTEGER, TICKET UUID, AT TIMESTAMP DEFAULT LOCALTIMESTAMP)
            CREATE TABLE TOTAL(N INTEGER)
            INSERT INTO TOTAL VALUES (0)
            CREATE TABLE T(ID INTEGER PRIMARY KEY, S VARCHAR(100), N INTEGER)
            """;
    private static final String SHOWN = """
            CREATE TABLE PERSON(ID INTEGER PRIMARY KEY, TICKET UUID)
            CREATE TABLE NAME(PERSON INTEGER, NAME VARCHAR(40))
            CREATE VIEW SHOWN AS SELECT ID, NAME FROM PERSON JOIN NAME ON PERSON = ID
            CREATE TRIGGER SHOWING INSTEAD OF INSERT, UPDATE, DELETE ON SHOWN FOR EACH ROW CALL '%s'
            """.formatted(Triggers.Shown.class.getName());
    private static final HazardLab LAB = new HazardLab("");

    static Stream<Hazard> hazards() {
        return Stream.of(
                diverging(
                        "16 a Java trigger changes the new row",
                        AUDITED + trigger("BEFORE INSERT, UPDATE", Triggers.Stamp.class),
                        """
                        1> INSERT INTO T VALUES (1, 'a', 1), (2, 'b', 2)
                        1> UPDATE T SET N = 7 WHERE ID = 1
                        1> MERGE INTO T KEY (ID) VALUES (2, 'c', 3), (3, 'd', 3)
                        1> DELETE FROM T WHERE ID = 1
                        """),
                diverging(
                        "16 a Java trigger writes other tables",
                        AUDITED + trigger("AFTER INSERT, UPDATE, DELETE", Triggers.Audit.class),
                        """
                        1> BEGIN
                        1> INSERT INTO T VALUES (1, 'a', 1), (2, 'b', 2)
                        1> UPDATE T SET N = N + 1
                        1> COMMIT
                        1> BEGIN
                        1> DELETE FROM T
                        1> ROLLBACK
                        1> DELETE FROM T WHERE N > 2
                        1> SELECT * FROM FINAL TABLE (INSERT INTO T VALUES (9, 'f', 9))
                        """),
                diverging(
                        "16 a trigger in source writes other tables",
                        AUDITED
                                + "CREATE TRIGGER IN_SOURCE AFTER INSERT ON T FOR EACH ROW AS $$ org.h2.api.Trigger create() { return new "
                                + Triggers.Audit.class.getCanonicalName() + "(); } $$\n",
                        """
                        1> INSERT INTO T VALUES (1, 'a', 1)
                        1> INSERT INTO T SELECT ID + 10, S, N FROM T
                        """),
                diverging(
                        "16 a trigger runs for a statement, even one that changes nothing",
                        AUDITED + "CREATE TRIGGER FOR_ALL BEFORE UPDATE ON T CALL '" + Triggers.Audit.class.getName()
                                + "'\n",
                        """
                        1> BEGIN
                        1> UPDATE T SET N = 1
                        1> UPDATE T SET N = 1 WHERE ID = 5
                        1> COMMIT
                        """),
                harmless("16 a trigger fails half way", AUDITED + trigger("AFTER INSERT", Triggers.Unlucky.class), """
                        1! INSERT INTO T VALUES (12, 'a', 1), (13, 'b', 2)
                        1> BEGIN
                        1> INSERT INTO T VALUES (1, 'a', 1)
                        1! INSERT INTO T VALUES (12, 'a', 1), (13, 'b', 2)
                        1> INSERT INTO T VALUES (2, 'a', 1)
                        1> COMMIT
                        """),
                harmless("16 a trigger is made, dropped and made again", AUDITED, """
                        1> INSERT INTO T VALUES (1, 'a', 1)
                        1> CREATE TRIGGER TR AFTER INSERT ON T FOR EACH ROW CALL '%s'
                        1> INSERT INTO T VALUES (2, 'a', 1)
                        1> DROP TRIGGER TR
                        1> INSERT INTO T VALUES (3, 'a', 1)
                        1> CREATE FORCE TRIGGER TR AFTER DELETE ON T FOR EACH ROW CALL '%s'
                        1> DELETE FROM T WHERE ID < 3
                        1> TRUNCATE TABLE T
                        """.formatted(
                                Triggers.Unlucky.class.getName(), Triggers.Unlucky.class.getName())),
                diverging("16 a view is written through INSTEAD OF triggers", SHOWN, """
                        1> INSERT INTO SHOWN VALUES (1, 'Ada'), (2, 'Bo')
                        1> UPDATE SHOWN SET NAME = 'Cy' WHERE ID = 2
                        1> BEGIN
                        1> INSERT INTO SHOWN VALUES (3, 'Di')
                        1> DELETE FROM SHOWN WHERE ID = 1
                        1> COMMIT
                        """),
                harmless("17 foreign keys change other tables", """
                        CREATE TABLE P(ID INTEGER PRIMARY KEY, N INTEGER UNIQUE)
                        CREATE TABLE C(ID INTEGER PRIMARY KEY, P INTEGER REFERENCES P ON DELETE CASCADE ON UPDATE CASCADE)
                        CREATE TABLE G(C INTEGER REFERENCES C ON DELETE SET NULL, S CLOB)
                        CREATE TABLE D(N INTEGER DEFAULT 0 REFERENCES P(N) ON UPDATE SET DEFAULT ON DELETE SET DEFAULT)
                        INSERT INTO P VALUES (0, 0), (1, 10), (2, 20), (3, 30)
                        INSERT INTO C VALUES (1, 1), (2, 1), (3, 2), (4, 3)
                        INSERT INTO G VALUES (1, 'x'), (1, 'x'), (3, 'y'), (NULL, 'z')
                        INSERT INTO D VALUES (10), (20), (20), (30)
                        """, """
                        1> DELETE FROM P WHERE ID = 1
                        1> UPDATE P SET ID = 20 WHERE ID = 2
                        1> UPDATE P SET N = N + 1 WHERE ID = 3
                        1> BEGIN
                        1> DELETE FROM P WHERE ID > 1
                        1> ROLLBACK
                        1> DELETE FROM P WHERE ID > 1
                        """),
                diverging(
                        "17 a cascade fires triggers",
                        AUDITED + """
                                CREATE TABLE P(ID INTEGER PRIMARY KEY)
                                INSERT INTO P VALUES (1), (2)
                                INSERT INTO T VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2)
                                ALTER TABLE T ADD CONSTRAINT FK FOREIGN KEY (N) REFERENCES P ON DELETE CASCADE
                                """ + trigger("AFTER DELETE", Triggers.Audit.class),
                        """
                        1> DELETE FROM P WHERE ID = 1
                        """),
                harmless("8 MERGE USING in all its branches", """
                        CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER)
                        CREATE TABLE B(N INTEGER, S VARCHAR(9))
                        INSERT INTO T VALUES (1, 1), (2, 2), (3, 3)
                        INSERT INTO B VALUES (1, 'a'), (1, 'a'), (2, 'b')
                        """, """
                        1> MERGE INTO T USING (VALUES (1, 5), (2, 6), (8, 7)) V(I, N) ON T.ID = V.I
                           WHEN MATCHED AND V.I = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET N = V.N WHEN NOT MATCHED THEN INSERT VALUES (V.I, V.N)
                        1> MERGE INTO B USING T ON B.N = T.ID WHEN MATCHED THEN UPDATE SET S = 'm' WHEN NOT MATCHED THEN INSERT VALUES (T.ID, 'n')
                        """),
                diverging(
                        "28 a routine writes",
                        AUDITED + "CREATE ALIAS BOOK FOR '" + Triggers.class.getName() + ".book'\n",
                        """
                        1> CALL BOOK(1)
                        1> SELECT BOOK(2)
                        1> BEGIN
                        1> INSERT INTO T VALUES (1, 'a', 1)
                        1> CALL BOOK(3)
                        1> COMMIT
                        1> BEGIN
                        1> CALL BOOK(4)
                        1> ROLLBACK
                        1> INSERT INTO T VALUES (5, 'a', BOOK(5))
                        """));
    }

    private static String trigger(String when, Class<?> code) {
        return "CREATE TRIGGER TR " + when + " ON T FOR EACH ROW CALL '" + code.getName() + "'\n";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hazards")
    void shouldKeepReplicaEqual(Hazard hazard) throws SQLException {
        LAB.run(hazard);
    }

    /** Reading the table to compare it would change more, so only what the trigger writes is compared. */
    @Test
    void shouldReplicateWhatATriggerOnSelectWrites() throws SQLException {
        H2EmbeddedCluster cluster = LAB.cluster();
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE READING(ID INTEGER PRIMARY KEY)");
            statement.execute("CREATE TABLE READINGS(N INTEGER)");
            statement.execute("INSERT INTO READINGS VALUES (0)");
            statement.execute(
                    "CREATE TRIGGER READS BEFORE SELECT ON READING CALL '" + Triggers.Reads.class.getName() + "'");
            connection.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                statement.executeQuery("SELECT COUNT(*) FROM READING").close();
            }
            connection.commit();
            statement.executeQuery("SELECT COUNT(*) FROM READING").close();
            connection.rollback();
        }
        Equality.awaitCaughtUp(cluster, Duration.ofSeconds(30));
        assertThat(cluster.primary().number("SELECT N FROM READINGS")).isEqualTo(3);
        assertThat(cluster.replicas().get(0).number("SELECT N FROM READINGS")).isEqualTo(3);
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE READING");
        }
    }

    /** Row 16: who may only write the table itself may do so, too. */
    @Test
    void shouldReplicateWhatATriggerWritesForAUserWithoutRightsOfHisOwn() throws SQLException {
        H2EmbeddedCluster cluster = LAB.cluster();
        try (Connection admin = cluster.connect();
                Statement statement = admin.createStatement()) {
            statement.execute("CREATE TABLE MODEST(ID INTEGER PRIMARY KEY, S VARCHAR(40))");
            statement.execute("CREATE TRIGGER MODESTY BEFORE INSERT ON MODEST FOR EACH ROW CALL '"
                    + Triggers.Stamp.class.getName() + "'");
            statement.execute("CREATE USER MODEST_ONE PASSWORD 'm'");
            statement.execute("GRANT SELECT, INSERT, DELETE ON MODEST TO MODEST_ONE");
        }
        WeirDataSource source = new WeirDataSource();
        source.setUrl(cluster.weirUrl());
        source.setUser("MODEST_ONE");
        source.setPassword("m");
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("INSERT INTO MODEST VALUES (1, 's'), (2, 's')"))
                    .isEqualTo(2);
            statement.executeUpdate("DELETE FROM MODEST WHERE ID = 1");
        } finally {
            source.close();
        }
        HazardLab.assertEqual(cluster);
        assertThat(cluster.replicas().get(0).number("SELECT COUNT(*) FROM MODEST WHERE LENGTH(S) = 36"))
                .isEqualTo(1);
    }

    @AfterAll
    static void close() throws SQLException {
        LAB.close();
    }
}
