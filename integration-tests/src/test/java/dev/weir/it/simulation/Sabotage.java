package dev.weir.it.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/**
 * Loads Weir's classes once more, with some of their methods broken, so that tests can show that they would notice. Nothing of Weir itself knows of it. Thread-safe as a class loader is.
 */
final class Sabotage extends ClassLoader {
    private static final String OURS = "dev.weir.";

    private final Map<String, byte[]> broken = new HashMap<>();

    Sabotage() {
        super(Sabotage.class.getClassLoader());
    }

    /** Has methods do nothing. */
    Sabotage without(String type, String method) {
        return put(type, builder(type).method(ElementMatchers.named(method)).intercept(StubMethod.INSTANCE));
    }

    /** Has methods begin, or end, with something else. */
    Sabotage with(String type, String method, Class<?> advice) {
        return put(type, builder(type).visit(Advice.to(advice).on(ElementMatchers.named(method))));
    }

    private DynamicType.Builder<?> builder(String type) {
        byte[] soFar = broken.get(type);
        ClassFileLocator original = ClassFileLocator.ForClassLoader.of(getParent());
        ClassFileLocator locator = soFar == null
                ? original
                : new ClassFileLocator.Compound(ClassFileLocator.Simple.of(type, soFar), original);
        TypeDescription description =
                TypePool.Default.of(locator).describe(type).resolve();
        return new ByteBuddy().redefine(description, locator);
    }

    private Sabotage put(String type, DynamicType.Builder<?> builder) {
        try (DynamicType.Unloaded<?> made = builder.make()) {
            broken.put(type, made.getBytes());
        }
        return this;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] bytes = broken.containsKey(name) ? broken.get(name) : original(name);
                loaded = defineClass(name, bytes, 0, bytes.length);
            }
            return loaded;
        }
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Commits what an application has changed before its log entry is written, rather than with it. */
    static final class CommitFirst {
        private CommitFirst() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue("physical") Connection physical) throws SQLException {
            physical.commit();
        }
    }

    /** Loses each second row. */
    static final class LoseRow {
        private LoseRow() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.FieldValue("pendingChanges") int changes) {
            return changes % 2 == 1;
        }
    }
}
