package dev.weir.cluster;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds Micrometer if it is there; names none of its classes, so that none is loaded if it is not. */
final class Micrometer {
    private static final Logger LOG = LoggerFactory.getLogger(Micrometer.class);
    private static final String ITS_OWN = "io.micrometer.core.instrument.Metrics";
    private static final String BINDING = "dev.weir.cluster.MicrometerBinding";

    private Micrometer() {}

    /** A new binding; empty if Micrometer is not on the class path. */
    static Optional<MeterBinding> binding() {
        ClassLoader loader = Micrometer.class.getClassLoader();
        try {
            Class.forName(ITS_OWN, false, loader);
        } catch (ClassNotFoundException absent) {
            return Optional.empty();
        }
        try {
            Class<?> type = Class.forName(BINDING, true, loader);
            return Optional.of((MeterBinding) type.getDeclaredConstructor().newInstance());
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException
                | LinkageError e) {
            LOG.warn("Micrometer is on the class path, but this version of it cannot be used", e);
            return Optional.empty();
        }
    }
}
