package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Ddl;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.LoggedStatement.Sql;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BodyWriterTest {
    private static final SessionContext OTHER = new SessionContext("S", "A, B", "Europe/Berlin", "MySQL");

    private final BodyWriter writer = new BodyWriter();

    @Test
    void shouldReadBackEveryFormWhenWritten() {
        List<LoggedStatement> statements = List.of(
                sql(SessionContext.DEFAULT, "UPDATE T SET A = ? WHERE ID = ?", 1),
                sql(SessionContext.DEFAULT, "UPDATE T SET A = ? WHERE ID = ?", 2),
                sql(OTHER, "UPDATE T SET A = ? WHERE ID = ?", 3),
                new Ddl(OTHER, "CREATE TABLE X(A INT)"),
                sql(OTHER, "UPDATE T SET A = ? WHERE ID = ?", 4));
        statements.forEach(writer::append);
        writer.append(rows(Change.UPDATE, 3));
        writer.append(rows(Change.UPDATE, 1));
        writer.append(rows(Change.INSERT, 1));

        List<LoggedStatement> read = BodyReader.read(writer.toByteArray());
        assertThat(read.subList(0, 5)).isEqualTo(statements);
        assertThat(read.subList(5, 8))
                .extracting(s -> ((Rows) s).change(), s -> ((Rows) s).rows().size())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Change.UPDATE, 3),
                        org.assertj.core.groups.Tuple.tuple(Change.UPDATE, 1),
                        org.assertj.core.groups.Tuple.tuple(Change.INSERT, 1));
        assertThat(((Rows) read.get(7)).rows().get(0)).containsExactly(0, "v0");
    }

    @Test
    void shouldForgetTailAndItsShapesWhenTruncated() {
        writer.append(rows(Change.INSERT, 1));
        BodyWriter.Mark mark = writer.mark();
        writer.append(rows(Change.UPDATE, 1));
        writer.append(sql(OTHER, "DELETE FROM T WHERE ID = ?", 9));
        writer.truncate(mark);
        writer.append(rows(Change.UPDATE, 2));
        writer.append(sql(OTHER, "DELETE FROM T WHERE ID = ?", 10));

        assertThat(BodyReader.read(writer.toByteArray()))
                .extracting(s -> s instanceof Rows r ? r.change() : ((Sql) s).parameters())
                .containsExactly(Change.INSERT, Change.UPDATE, List.of(10));
        writer.clear();
        assertThat(writer.isEmpty()).isTrue();
        assertThat(BodyReader.read(writer.toByteArray())).isEmpty();
    }

    @Test
    void shouldSplitRowsWhenMany() {
        writer.append(rows(Change.INSERT, 2500));
        List<LoggedStatement> read = BodyReader.read(writer.toByteArray());
        assertThat(read).extracting(s -> ((Rows) s).rows().size()).containsExactly(1000, 1000, 500);
        assertThat(((Rows) read.get(2)).rows().get(499)).containsExactly(2499, "v2499");
    }

    @Test
    void shouldKeepBodyWhenValueHasNoForm() {
        writer.append(rows(Change.INSERT, 1));
        byte[] before = writer.toByteArray();
        assertThatThrownBy(() -> writer.append(
                        new Sql(SessionContext.DEFAULT, "X", new ArrayList<>(List.of(new StringBuilder())), 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.StringBuilder");
        assertThat(writer.toByteArray()).isEqualTo(before);
    }

    @Test
    void shouldRefuseBodyWhenCutAnywhere() {
        writer.append(sql(OTHER, "UPDATE T SET A = ? WHERE ID = ?", 3));
        writer.append(rows(Change.DELETE, 2));
        byte[] body = writer.toByteArray();
        List<LoggedStatement> whole = BodyReader.read(body);
        for (int length = 1; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            try {
                assertThat(BodyReader.read(cut)).hasSizeLessThan(whole.size());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("Log body");
            }
        }
    }

    @Test
    void shouldChangeChainWhenOrderOrContentDiffers() {
        long one = Digest.of(EntryKind.DATA, new byte[] {1, 2});
        long two = Digest.of(EntryKind.DATA, new byte[] {2, 1});
        assertThat(one).isNotEqualTo(two).isNotEqualTo(Digest.of(EntryKind.DDL, new byte[] {1, 2}));
        assertThat(Digest.next(Digest.next(0, one), two)).isNotEqualTo(Digest.next(Digest.next(0, two), one));
    }

    private static Sql sql(SessionContext context, String text, int parameter) {
        return new Sql(context, text, List.of(parameter), 1);
    }

    private static Rows rows(Change change, int count) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new @Nullable Object[] {i, "v" + i});
        }
        return new Rows("PUBLIC", "T", change, List.of("ID", "V"), change == Change.INSERT ? 0 : 1, rows);
    }
}
