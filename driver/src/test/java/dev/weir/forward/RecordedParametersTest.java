package dev.weir.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RecordedParametersTest {
    private final RecordedParameters parameters = new RecordedParameters();
    private final RecordingProxy target = new RecordingProxy();

    @Test
    void shouldReplaySameSetterWithSameArgumentsWhenSetByIndex() throws Exception {
        PreparedStatement recording = recording(RecordingPreparedStatement.class);
        List<Method> setters = setters(RecordingPreparedStatement.class, int.class);
        assertThat(setters).hasSize(50);
        for (Method setter : setters) {
            recording.clearParameters();
            Object[] arguments = target.arguments(setter);
            arguments[0] = 3;
            setter.invoke(recording, arguments);
            target.calls().clear();
            parameters.bindTo(target.as(PreparedStatement.class));
            assertThat(target.calls()).containsExactly(RecordingProxy.Call.of(setter, arguments));
        }
    }

    @Test
    void shouldReplaySameSetterWithSameArgumentsWhenSetByName() throws Exception {
        CallableStatement recording = recording(RecordingCallableStatement.class);
        List<Method> setters = setters(RecordingCallableStatement.class, String.class);
        assertThat(setters).hasSizeGreaterThan(40);
        for (Method setter : setters) {
            recording.clearParameters();
            Object[] arguments = target.arguments(setter);
            setter.invoke(recording, arguments);
            target.calls().clear();
            parameters.bindTo(target.as(CallableStatement.class));
            assertThat(target.calls()).containsExactly(RecordingProxy.Call.of(setter, arguments));
        }
    }

    @Test
    void shouldShowNothingOfTheStatementBeforeWhenUsedAgain() throws SQLException {
        parameters.setString(1, "of the one before");
        parameters.setInt(2, 2);
        long bound = parameters.version();
        assertThat(parameters.recycle()).isTrue();
        assertThat(parameters.count()).isZero();
        parameters.bindTo(target.as(PreparedStatement.class));
        assertThat(target.calls()).isEmpty();

        parameters.setInt(3, 30);
        assertThat(parameters.kind(1)).isNull();
        assertThat(parameters.kind(2)).isNull();
        assertThat(parameters.value(1)).isNull();
        assertThat(parameters.version()).isGreaterThan(bound);
        parameters.bindTo(target.as(PreparedStatement.class));
        assertThat(target.calls()).extracting(RecordingProxy.Call::arguments).containsExactly(List.of(3, 30));
    }

    @Test
    void shouldNotBeUsedAgainWhenItHeldStreamsOrNames() throws SQLException {
        parameters.setBinaryStream(1, new ByteArrayInputStream(new byte[3]));
        assertThat(parameters.recycle()).isFalse();
        RecordedParameters spooled = new RecordedParameters();
        spooled.setBinaryStream(1, new ByteArrayInputStream(new byte[3]));
        assertThat(spooled.spool(100)).isTrue();
        assertThat(spooled.recycle()).isFalse();
        RecordedParameters named = new RecordedParameters();
        named.setInt("a", 1);
        assertThat(named.recycle()).isFalse();
    }

    @Test
    void shouldKeepBothWhenNamesAndIndexesAreMixed() throws SQLException {
        parameters.setString("b", "named");
        parameters.setInt(2, 20);
        parameters.setString("c", "other");
        parameters.setString("b", "renamed");
        parameters.setInt(12, 120);
        parameters.bindTo(target.as(CallableStatement.class));
        assertThat(target.calls())
                .extracting(call -> call.arguments().toString())
                .containsExactly("[2, 20]", "[12, 120]", "[b, renamed]", "[c, other]");
        assertThat(parameters.count()).isEqualTo(12);
        assertThat(parameters.hasNames()).isTrue();
    }

    @Test
    void shouldBindOnlyWhatChangedWhenOlderValuesAreBoundAlready() throws SQLException {
        parameters.setInt(1, 10);
        parameters.setInt(2, 20);
        long bound = parameters.version();
        parameters.setInt(2, 21);
        parameters.bindTo(target.as(PreparedStatement.class), bound);
        assertThat(target.calls())
                .extracting(call -> call.arguments().toString())
                .containsExactly("[2, 21]");
    }

    @Test
    void shouldGiveBackValueAndKindWhenRead() throws SQLException {
        parameters.setInt(1, -7);
        parameters.setDouble(2, 1.5);
        parameters.setNull(3, Types.VARCHAR);
        parameters.setString(5, null);
        parameters.setObject(6, "9.75", Types.DECIMAL, 2);
        parameters.setNull(7, Types.STRUCT, "POINT");
        assertThat(Arrays.asList(parameters.value(1), parameters.value(2), parameters.value(3), parameters.value(5)))
                .containsExactly(-7, 1.5, null, null);
        assertThat(parameters.kind(3)).isEqualTo(ParameterKind.NULL);
        assertThat(parameters.number(3)).isEqualTo(Types.VARCHAR);
        assertThat(parameters.kind(4)).isNull();
        assertThat(parameters.value(6)).isEqualTo("9.75");
        assertThat((int) (parameters.number(6) >> 32)).isEqualTo(Types.DECIMAL);
        assertThat((int) parameters.number(6)).isEqualTo(2);
        assertThat(parameters.value(7)).isNull();
        assertThat(parameters.companion(7)).isEqualTo("POINT");
    }

    @Test
    void shouldSayThatItHoldsStreamsUntilLastOneIsReplaced() throws SQLException {
        InputStream stream = new ByteArrayInputStream(new byte[] {1});
        parameters.setBinaryStream(1, stream);
        parameters.setObject(2, stream);
        assertThat(parameters.hasStreams()).isTrue();
        parameters.setInt(1, 1);
        assertThat(parameters.hasStreams()).isTrue();
        parameters.setBytes(2, new byte[0]);
        assertThat(parameters.hasStreams()).isFalse();
    }

    @Test
    void shouldGiveWholeStreamWhetherOrNotItFitsIntoMemory() throws Exception {
        for (int size : new int[] {0, 1, 99, 100, 101, 5_000}) {
            byte[] content = new byte[size];
            Arrays.fill(content, (byte) size);
            String text = "x".repeat(size / 2) + (size % 2 == 0 ? "" : "y");
            parameters.clear();
            parameters.setBinaryStream(1, new ByteArrayInputStream(content));
            assertThat(parameters.spool(100)).as("%d bytes", size).isEqualTo(size <= 100);
            assertThat(((InputStream) value(1)).readAllBytes()).isEqualTo(content);
            parameters.setCharacterStream(1, new StringReader(text));
            assertThat(parameters.spool(100)).isEqualTo(text.length() <= 50);
            StringWriter read = new StringWriter();
            ((Reader) value(1)).transferTo(read);
            assertThat(read).hasToString(text);
        }
    }

    private Object value(int index) {
        return Objects.requireNonNull(parameters.value(index));
    }

    @Test
    void shouldRewindWhatIsInMemoryAndTakeNoMoreThanItsLength() throws Exception {
        InputStream source = new ByteArrayInputStream(new byte[] {1, 2, 3});
        parameters.setBinaryStream(1, source, 2L);
        assertThat(parameters.spool(100)).isTrue();
        assertThat(source.read()).isEqualTo(3);
        for (int i = 0; i < 2; i++) {
            InputStream kept = (InputStream) value(1);
            assertThat(kept.readAllBytes()).containsExactly(1, 2);
            kept.close();
            parameters.rewind();
        }
        RecordedParameters others = new RecordedParameters();
        others.setBinaryStream(1, (InputStream) value(1));
        assertThat(others.hasStreams()).as("others cannot rewind it").isTrue();
        parameters.setBinaryStream(1, source, 101);
        assertThat(parameters.spool(100)).isFalse();
        assertThat(parameters.value(1)).isSameAs(source);
    }

    @Test
    void shouldKnowWhichStreamsAreConsumed() throws SQLException {
        parameters.setBinaryStream(1, new ByteArrayInputStream(new byte[1]));
        long before = parameters.version();
        parameters.consume();
        parameters.setInt(2, 1);
        assertThat(parameters.hasConsumedStreamAfter(0)).isTrue();
        assertThat(parameters.hasConsumedStreamAfter(before)).isFalse();
        assertThat(parameters.spool(100)).as("an empty rest is not the value").isFalse();
        parameters.setBinaryStream(1, new ByteArrayInputStream(new byte[1]));
        assertThat(parameters.hasConsumedStreamAfter(0)).isFalse();
        assertThat(parameters.spool(100)).isTrue();
        parameters.setBinaryStream(3, null);
        assertThat(parameters.hasStreams()).as("NULL is no stream").isFalse();
    }

    @Test
    void shouldRefuseIndexWhenItIsNoParameterNumber() {
        for (int index : new int[] {0, -1, 100_001}) {
            assertThatThrownBy(() -> parameters.setInt(index, 1))
                    .isInstanceOf(SQLException.class)
                    .hasMessage("Parameter index " + index + " is outside 1 to 100000")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("07009"));
        }
    }

    @Test
    void shouldRunWithRecordedValuesWhenBoundToRealStatement() throws SQLException {
        parameters.setInt(1, 41);
        parameters.setString(2, "one");
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                PreparedStatement statement =
                        connection.prepareStatement("SELECT CAST(? AS INT) + 1, CAST(? AS VARCHAR)")) {
            parameters.bindTo(statement);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                assertThat(result.getInt(1)).isEqualTo(42);
                assertThat(result.getString(2)).isEqualTo("one");
            }
        }
    }

    @Test
    void shouldAllocateNothingWhenPrimitivesAndObjectsAreSetAgain() throws SQLException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        String text = "text";
        for (int i = 0; i < 1_000; i++) {
            setThree(i, text);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            setThree(i, text);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }

    private void setThree(int i, String text) throws SQLException {
        parameters.setInt(1, i);
        parameters.setLong(2, i);
        parameters.setString(3, text);
    }

    private static List<Method> setters(Class<?> recording, Class<?> key) {
        return Arrays.stream(recording.getMethods())
                .filter(method -> method.getDeclaringClass().getSimpleName().startsWith("Recording"))
                .filter(method -> method.getName().startsWith("set"))
                .filter(method -> method.getParameterTypes()[0] == key)
                .toList();
    }

    private <T> T recording(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> method.getName().equals("parameters")
                        ? parameters
                        : InvocationHandler.invokeDefault(self, method, arguments)));
    }

    @Test
    void shouldNumberChangesWhenValuesAreSetOrCleared() throws SQLException {
        long before = parameters.version();
        parameters.setInt(1, 1);
        long set = parameters.version();
        parameters.clear();
        assertThat(set).isNotEqualTo(before);
        assertThat(parameters.version()).isNotEqualTo(set);
        assertThat(parameters.count()).isZero();
        assertThat(Objects.isNull(parameters.kind(1))).isTrue();
    }
}
