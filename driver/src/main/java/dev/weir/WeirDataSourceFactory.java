package dev.weir;

import java.util.Enumeration;
import java.util.Hashtable;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.RefAddr;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.naming.spi.ObjectFactory;
import org.jspecify.annotations.Nullable;

/** Makes Weir's data sources from what a naming service knows of them, such as a resource of Tomcat. Thread-safe. */
public final class WeirDataSourceFactory implements ObjectFactory {
    private static final String URL = "url";

    public WeirDataSourceFactory() {}

    static Reference reference(Class<?> type, @Nullable String url, Properties properties) {
        Reference reference = new Reference(type.getName(), WeirDataSourceFactory.class.getName(), null);
        if (url != null) {
            reference.add(new StringRefAddr(URL, url));
        }
        properties.forEach((name, value) -> reference.add(new StringRefAddr((String) name, (String) value)));
        return reference;
    }

    /** A data source of the reference's class; null if the object is no reference to one of Weir's. */
    @Override
    public @Nullable Object getObjectInstance(
            @Nullable Object object,
            @Nullable Name name,
            @Nullable Context context,
            @Nullable Hashtable<?, ?> environment) {
        if (!(object instanceof Reference reference)) {
            return null;
        }
        WeirSource source = made(reference.getClassName());
        if (source == null) {
            return null;
        }
        Enumeration<RefAddr> addresses = reference.getAll();
        while (addresses.hasMoreElements()) {
            RefAddr address = addresses.nextElement();
            String value = String.valueOf(address.getContent());
            if (address.getType().equals(URL)) {
                source.setUrl(value);
            } else if (isSetting(address.getType())) {
                source.setProperty(address.getType(), value);
            }
        }
        return source;
    }

    /** Whether an entry is a connection property, and not one of those that containers add for themselves. */
    private static boolean isSetting(String name) {
        return switch (name) {
            case "auth", "scope", "singleton", "description", "factory", "type" -> false;
            default -> true;
        };
    }

    private static @Nullable WeirSource made(String className) {
        if (className.equals(WeirXADataSource.class.getName()) || className.equals("javax.sql.XADataSource")) {
            return new WeirXADataSource();
        }
        if (className.equals(WeirConnectionPoolDataSource.class.getName())
                || className.equals("javax.sql.ConnectionPoolDataSource")) {
            return new WeirConnectionPoolDataSource();
        }
        boolean plain = className.equals(WeirDataSource.class.getName()) || className.equals("javax.sql.DataSource");
        return plain ? new WeirDataSource() : null;
    }
}
