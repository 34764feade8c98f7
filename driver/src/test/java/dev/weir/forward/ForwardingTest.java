package dev.weir.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingTest {
    private static final Set<String> DECIDED_BY_CLASS = Set.of("close", "isClosed", "abort", "unwrap", "isWrapperFor");
    private static final Set<Class<?>> WRAPPED = Set.of(
            Connection.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            ResultSet.class,
            DatabaseMetaData.class);

    static List<Arguments> surfaces() {
        return List.of(
                Arguments.of(ForwardingConnection.class, Connection.class),
                Arguments.of(ForwardingStatement.class, Statement.class),
                Arguments.of(ForwardingPreparedStatement.class, PreparedStatement.class),
                Arguments.of(ForwardingCallableStatement.class, CallableStatement.class),
                Arguments.of(ForwardingResultSet.class, ResultSet.class),
                Arguments.of(ForwardingDatabaseMetaData.class, DatabaseMetaData.class));
    }

    @ParameterizedTest
    @MethodSource("surfaces")
    void shouldForwardEveryCallUnchangedWhenMethodIsGenerated(Class<?> forwarding, Class<?> target) throws Throwable {
        RecordingProxy delegate = new RecordingProxy();
        Object delegateProxy = delegate.as(target);
        Object surface = surface(forwarding, delegateProxy);
        int driven = 0;
        for (Method method : forwarding.getMethods()) {
            if (!method.isDefault()
                    || method.isBridge()
                    || !method.getDeclaringClass().getPackageName().equals("dev.weir.forward")) {
                continue;
            }
            delegate.calls().clear();
            Object[] arguments = delegate.arguments(method);
            method.invoke(surface, arguments);
            assertThat(delegate.calls()).containsExactly(RecordingProxy.Call.of(method, arguments));
            driven++;
        }
        assertThat(driven).isGreaterThan(30);
    }

    @ParameterizedTest
    @MethodSource("surfaces")
    void shouldLeaveNothingToTheInterfaceWhenItIsNeitherForwardedNorDecided(Class<?> forwarding, Class<?> target) {
        List<String> missed = Arrays.stream(forwarding.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.getDeclaringClass().getPackageName().equals("dev.weir.forward"))
                .filter(method -> !DECIDED_BY_CLASS.contains(method.getName()))
                .filter(method -> !WRAPPED.contains(method.getReturnType()))
                .filter(method -> method.getExceptionTypes().length > 0)
                .filter(method -> !method.isDefault() || Runtime.version().feature() == 17)
                .map(Method::toGenericString)
                .toList();
        assertThat(missed).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("surfaces")
    void shouldStayAbstractWhenCallHandsOutAnotherJdbcObject(Class<?> forwarding, Class<?> target) {
        Set<String> generated = Arrays.stream(forwarding.getMethods())
                .filter(method -> method.getDeclaringClass().getPackageName().equals("dev.weir.forward"))
                .filter(method -> !method.getName().equals("delegate"))
                .filter(method ->
                        WRAPPED.contains(method.getReturnType()) || DECIDED_BY_CLASS.contains(method.getName()))
                .map(Method::getName)
                .collect(Collectors.toSet());
        assertThat(generated).isEmpty();
    }

    @Test
    void shouldReportClientInfoFailureWhenDelegateCannotBeOpened() {
        ForwardingConnection connection = (ForwardingConnection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ForwardingConnection.class}, (self, method, arguments) -> {
                    if (method.getName().equals("delegate")) {
                        throw new SQLException("No node answers", "08001");
                    }
                    return InvocationHandler.invokeDefault(self, method, arguments);
                });
        assertThatThrownBy(() -> connection.setClientInfo(new Properties()))
                .isInstanceOf(SQLClientInfoException.class)
                .hasMessage("No node answers")
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08001"));
    }

    private static Object surface(Class<?> forwarding, Object delegate) {
        return Proxy.newProxyInstance(
                forwarding.getClassLoader(), new Class<?>[] {forwarding}, (self, method, arguments) -> {
                    if (method.getName().equals("delegate")) {
                        return delegate;
                    }
                    try {
                        return InvocationHandler.invokeDefault(self, method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
