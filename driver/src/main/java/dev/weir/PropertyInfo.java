package dev.weir;

import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** What {@link Driver#getPropertyInfo} answers: Weir's own properties, then the target driver's. */
final class PropertyInfo {
    private PropertyInfo() {}

    static DriverPropertyInfo[] of(String url, Properties properties) throws SQLException {
        ParsedUrl parsed = WeirUrl.parse(url);
        List<DriverPropertyInfo> infos = new ArrayList<>();
        for (WeirProperty property : WeirProperty.values()) {
            infos.add(info(property, value(property, parsed, properties)));
        }
        String node = parsed.nodeUrls().get(0);
        for (DriverPropertyInfo info :
                TargetDriver.of(node).getPropertyInfo(node, targetProperties(parsed, properties))) {
            infos.add(info);
        }
        return infos.toArray(DriverPropertyInfo[]::new);
    }

    private static DriverPropertyInfo info(WeirProperty property, String value) {
        DriverPropertyInfo info = new DriverPropertyInfo(property.key(), value);
        info.description = property.description() + ".";
        info.required = false;
        if (!property.choices().isEmpty()) {
            info.choices = property.choices().toArray(String[]::new);
        }
        return info;
    }

    private static String value(WeirProperty property, ParsedUrl url, Properties properties) {
        String value = property.defaultValue();
        for (String name : properties.stringPropertyNames()) {
            if (name.equalsIgnoreCase(property.key())) {
                value = properties.getProperty(name);
            }
        }
        for (String name : url.weir().keySet()) {
            if (name.equalsIgnoreCase(property.key())) {
                value = url.weir().getOrDefault(name, value);
            }
        }
        return value;
    }

    private static Properties targetProperties(ParsedUrl url, Properties properties) {
        Properties target = new Properties();
        for (String name : properties.stringPropertyNames()) {
            if (!WeirProperty.claims(name)) {
                target.setProperty(name, properties.getProperty(name));
            }
        }
        url.secrets().forEach(target::setProperty);
        return target;
    }
}
