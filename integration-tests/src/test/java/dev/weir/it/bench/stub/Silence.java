package dev.weir.it.bench.stub;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects that answer every call with nothing: null, zero, false. Thread-safe. */
final class Silence {
    private static final Map<Class<?>, Object> ZEROS = Map.of(
            boolean.class,
            false,
            byte.class,
            (byte) 0,
            short.class,
            (short) 0,
            int.class,
            0,
            long.class,
            0L,
            float.class,
            0F,
            double.class,
            0D);

    private Silence() {}

    static <T> T of(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader() == null ? Silence.class.getClassLoader() : type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> zero(method.getReturnType())));
    }

    private static @Nullable Object zero(Class<?> type) {
        return type.isPrimitive() ? ZEROS.get(type) : null;
    }
}
