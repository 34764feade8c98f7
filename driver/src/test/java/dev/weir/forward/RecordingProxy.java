package dev.weir.forward;

import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A JDBC object that writes down the calls it gets, and the arguments and results to drive it with. Confined to one thread. */
final class RecordingProxy implements InvocationHandler {
    private final List<Call> calls = new ArrayList<>();
    private int distinct = 1;

    /** One call as it arrived. */
    record Call(String method, List<Class<?>> types, List<@Nullable Object> arguments) {
        static Call of(Method method, @Nullable Object @Nullable [] arguments) {
            return new Call(
                    method.getName(),
                    List.of(method.getParameterTypes()),
                    arguments == null ? List.of() : new ArrayList<>(Arrays.asList(arguments)));
        }
    }

    List<Call> calls() {
        return calls;
    }

    <T> T as(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        calls.add(Call.of(method, arguments));
        return method.getReturnType() == void.class ? null : value(method.getReturnType());
    }

    /** Arguments that no other call gets, so that a swapped or dropped one shows. */
    @Nullable Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(this::value).toArray();
    }

    @Nullable Object value(Class<?> type) {
        int number = distinct++;
        if (type == boolean.class) {
            return true;
        } else if (type == byte.class) {
            return (byte) number;
        } else if (type == short.class) {
            return (short) number;
        } else if (type == int.class) {
            return number;
        } else if (type == long.class) {
            return (long) number << 33;
        } else if (type == float.class) {
            return number + 0.5f;
        } else if (type == double.class) {
            return number + 0.25;
        } else if (type == String.class) {
            return "text" + number;
        } else if (type == Object.class) {
            return new Object();
        } else if (type == Class.class) {
            return Object.class;
        } else {
            return reference(type, number);
        }
    }

    private static Object reference(Class<?> type, int number) {
        if (type.isArray()) {
            return java.lang.reflect.Array.newInstance(type.getComponentType(), 1);
        } else if (type == java.math.BigDecimal.class) {
            return java.math.BigDecimal.valueOf(number);
        } else if (type == java.sql.Date.class) {
            return new java.sql.Date(number);
        } else if (type == java.sql.Time.class) {
            return new java.sql.Time(number);
        } else if (type == java.sql.Timestamp.class) {
            return new java.sql.Timestamp(number);
        } else if (type == Calendar.class) {
            return Calendar.getInstance();
        } else if (type == InputStream.class) {
            return InputStream.nullInputStream();
        } else if (type == Reader.class) {
            return Reader.nullReader();
        } else if (type == Map.class) {
            return Map.of("key" + number, Object.class);
        } else if (type == java.util.Properties.class) {
            return new java.util.Properties();
        } else if (type == java.net.URL.class) {
            return url(number);
        } else if (type == java.sql.SQLWarning.class) {
            return new java.sql.SQLWarning("warning" + number);
        } else if (type == java.sql.RowIdLifetime.class) {
            return java.sql.RowIdLifetime.ROWID_VALID_SESSION;
        } else if (type == Executor.class) {
            return (Executor) Runnable::run;
        }
        return identityFake(type);
    }

    private static java.net.URL url(int number) {
        try {
            return java.net.URI.create("http://localhost/" + number).toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A stand-in that can only be passed along and compared. */
    private static Object identityFake(Class<?> type) {
        return Proxy.newProxyInstance(
                RecordingProxy.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == java.util.Objects.requireNonNull(arguments)[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName() + "@" + System.identityHashCode(self);
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }
}
