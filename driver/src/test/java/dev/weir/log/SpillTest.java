package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Log bodies that do not fit into memory. */
final class SpillTest {
    private final Random random = new Random(7);

    @Test
    void shouldHoldTheSameBytesAsAnArrayWhenWrittenAndCutAtRandom() {
        Spill spill = new Spill();
        byte[] expected = new byte[24 * 1024 * 1024];
        int size = 0;
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(20) == 0) {
                size -= random.nextInt(Math.min(size, 400_000) + 1);
                spill.truncate(size);
            }
            byte[] part = new byte[random.nextInt(100_000)];
            random.nextBytes(part);
            if (size + part.length <= expected.length) {
                spill.append(part, 0, part.length);
                System.arraycopy(part, 0, expected, size, part.length);
                size += part.length;
            }
            assertThat(spill.size()).isEqualTo(size);
            int from = random.nextInt(size + 1);
            byte[] read = new LogBody(spill).part(from, 50_000);
            assertThat(Arrays.equals(read, 0, read.length, expected, from, from + read.length))
                    .as("step " + step)
                    .isTrue();
        }
        assertThat(size).isGreaterThan(2 * Spill.MEMORY);
        assertThat(new LogBody(spill).hash(EntryKind.DATA))
                .isEqualTo(Digest.of(EntryKind.DATA, Arrays.copyOf(expected, size)));
        spill.truncate(0);
        assertThat(spill.isInMemory()).isTrue();
        spill.close();
    }

    /** The database may be encrypted, so its rows must not stand in a file as they are. */
    @Test
    void shouldNotWriteWhatItHoldsInClear() {
        byte[] secret = "the rows of somebody's table".getBytes(StandardCharsets.UTF_8);
        try (SpillFile file = SpillFile.create()) {
            file.write(3, secret, 0, secret.length);
            byte[] read = new byte[secret.length];
            assertThat(file.read(3, read, 0, read.length)).isEqualTo(secret.length);
            assertThat(read).isEqualTo(secret);
            assertThat(file.raw(3, secret.length)).isNotEqualTo(secret);
        }
    }

    @Test
    void shouldReadLargeValuesWhereTheyLieWhenBodyIsInFile() throws IOException {
        byte[] bytes = new byte[5_000_003];
        random.nextBytes(bytes);
        String text = "x\ud83d\ude00\u00e4\ud83d".repeat(300_001);
        BodyWriter writer = new BodyWriter();
        writer.append(rows(1, "before", new byte[] {1}));
        writer.append(rows(2, text(text), bytes(bytes)));
        writer.append(rows(3, "after", new byte[] {3}));
        LogBody body = writer.body();
        assertThat(body.isInFile()).isTrue();

        BodyReader reader = body.reader();
        assertThat(row(reader.next())).contains("before");
        @Nullable Object[] large = row(reader.next());
        assertThat(row(reader.next())).contains("after");
        assertThat(reader.next()).isNull();
        for (int i = 0; i < 2; i++) {
            try (InputStream in = ((LargeValue.Bytes) large[2]).open();
                    Reader chars = ((LargeValue.Text) large[1]).open()) {
                assertThat(Arrays.equals(in.readAllBytes(), bytes)).isTrue();
                char[] read = new char[text.length() + 1];
                assertThat(LargeValue.read(chars, read)).isEqualTo(text.length());
                assertThat(new String(read, 0, text.length()).equals(text)).isTrue();
            }
        }
        assertThat(LargeValue.isSame((LargeValue) large[2], bytes(bytes))).isTrue();
        assertThat(LargeValue.isSame((LargeValue) large[2], bytes(Arrays.copyOf(bytes, bytes.length - 1))))
                .isFalse();
        assertThat(LargeValue.isSame((LargeValue) large[1], text(text))).isTrue();
        assertThat(LargeValue.isSame((LargeValue) large[1], text(text + "x"))).isFalse();
        writer.clear();
        assertThat(writer.isEmpty()).isTrue();
    }

    @Test
    void shouldGiveTheSameStatementsWhetherInMemoryOrInParts() throws Exception {
        BodyWriter writer = new BodyWriter();
        for (int i = 0; i < 40_000; i++) {
            writer.append(rows(i, "some text that takes its place " + i, new byte[] {(byte) i}));
        }
        LogBody body = writer.body();
        try (LogBody copied =
                LogBody.of(number -> number * 100_000L < body.size() ? body.part(number * 100_000L, 100_000) : null)) {
            assertThat(copied.isInFile()).isTrue();
            assertThat(copied.hash(EntryKind.DATA)).isEqualTo(body.hash(EntryKind.DATA));
            BodyReader reader = copied.reader();
            for (int i = 0; i < 40_000; i++) {
                assertThat(row(reader.next())[0]).isEqualTo(i);
            }
            assertThat(reader.next()).isNull();
        }
        writer.clear();
    }

    private static Rows rows(int id, Object text, Object bytes) {
        return new Rows(
                "PUBLIC", "T", Change.INSERT, List.of("ID", "C", "B"), 0, List.<@Nullable Object[]>of(new Object[] {
                    id, text, bytes
                }));
    }

    private static @Nullable Object[] row(@Nullable LoggedStatement statement) {
        return ((Rows) Objects.requireNonNull(statement)).rows().get(0);
    }

    private static LargeValue.Bytes bytes(byte[] content) {
        return () -> new ByteArrayInputStream(content);
    }

    private static LargeValue.Text text(String content) {
        return () -> new StringReader(content);
    }
}
