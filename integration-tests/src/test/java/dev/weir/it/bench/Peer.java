package dev.weir.it.bench;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class loader of one peer, which prefers the peer's own jars, so that no peer gets another's version of a library. The drivers of the
 * targets come from the class path.
 */
final class Peer extends URLClassLoader {
    private static final String JARS = "bench.peers";

    static {
        registerAsParallelCapable();
    }

    private Peer(URL[] jars) {
        super(jars, Peer.class.getClassLoader());
    }

    /** The peer whose jars are in the folder of that name; it is the thread's context class loader from then on. */
    static Peer of(String name) {
        Peer peer = new Peer(jars(name).stream().map(Peer::url).toArray(URL[]::new));
        Thread.currentThread().setContextClassLoader(peer);
        return peer;
    }

    /** The jars of a peer; none if they were not fetched. */
    static List<Path> jars(String name) {
        Path folder = Path.of(System.getProperty(JARS, "target/peers"), name);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("The jars in " + folder + " cannot be listed", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("The jar " + jar + " has no URL", e);
        }
    }

    /** What Spring is told to load is the peer's own only, as the tests have a Spring of their own. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.startsWith("META-INF/spring") ? findResources(name) : super.getResources(name);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null && !name.startsWith("java.")) {
                try {
                    loaded = findClass(name);
                } catch (ClassNotFoundException notTheirs) {
                    return super.loadClass(name, resolve);
                }
            }
            return loaded == null ? super.loadClass(name, resolve) : loaded;
        }
    }
}
