package dev.weir.replicator.replica;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaSqlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CREATE TABLE T(ID INT);                                        | CREATE TABLE T(ID INT)
            CREATE USER IF NOT EXISTS "SA" SALT '0a' HASH '0b' ADMIN;      | CREATE USER IF NOT EXISTS "SA" SALT '0a' HASH '0b' + GRANT WEIR_READERS TO "SA"
            create user bob password 'ADMIN'                               | create user bob password 'ADMIN'
            create user bob password 'x' admin                             | create user bob password 'x' + GRANT WEIR_READERS TO bob
            ALTER USER "a b" ADMIN TRUE                                    | GRANT WEIR_READERS TO "a b"
            /* c */ ALTER USER sa ADMIN FALSE                              | REVOKE WEIR_READERS FROM sa
            GRANT SELECT, INSERT ON SCHEMA "APP" TO "BOB";                 | GRANT SELECT ON SCHEMA "APP" TO "BOB"
            GRANT ALL ON "APP"."T" TO "BOB"                                | GRANT SELECT ON "APP"."T" TO "BOB"
            GRANT ALL PRIVILEGES ON T TO BOB                               | GRANT SELECT ON T TO BOB
            GRANT INSERT ON "APP"."T" TO "BOB"                             | ``
            GRANT ALTER ANY SCHEMA TO "R"                                  | ``
            GRANT "R" TO "BOB"                                             | GRANT "R" TO "BOB"
            CREATE SCHEMA IF NOT EXISTS "APP" AUTHORIZATION "SA"           | CREATE SCHEMA IF NOT EXISTS "APP" AUTHORIZATION WEIR_APPLIER
            CREATE SCHEMA APP                                              | CREATE SCHEMA APP
            CREATE FORCE TRIGGER "PUBLIC"."TR" BEFORE INSERT ON T CALL 'X' | ``
            drop trigger if exists tr                                      | ``
            SET DB_CLOSE_DELAY -1                                          | ``
            SET COLLATION GERMAN                                           | SET COLLATION GERMAN
            ALTER TABLE T SET REFERENTIAL_INTEGRITY FALSE                  | ``
            """)
    void shouldGiveReplicaWhatConcernsItWhenPrimaryChangesSchema(String statement, String expected) {
        assertThat(String.join(" + ", ReplicaSql.of(statement))).isEqualTo(expected);
    }
}
