package dev.weir;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this driver, written into it by the build. */
final class DriverVersion {
    /** Such as {@code 1.2.3}. */
    static final String TEXT = read();

    private DriverVersion() {}

    /** The first number of the version for 0, the second for 1. */
    static int part(int index) {
        return Integer.parseInt(TEXT.split("[.-]", -1)[index]);
    }

    private static String read() {
        try (InputStream resource = DriverVersion.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(resource);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
