package dev.weir.it.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** This JVM's class path. */
final class ClassPath {
    private ClassPath() {}

    static List<Path> entries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    /** The class path with its directories packed into jars in a folder, since a class archive takes nothing but jars. */
    static String packed(Path folder) throws IOException {
        List<String> packed = new ArrayList<>();
        for (Path entry : entries()) {
            if (!Files.isDirectory(entry)) {
                packed.add(entry.toString());
            } else {
                packed.add(pack(entry, folder.resolve("classes-" + packed.size() + ".jar"))
                        .toString());
            }
        }
        return String.join(File.pathSeparator, packed);
    }

    private static Path pack(Path directory, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(directory.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }
}
