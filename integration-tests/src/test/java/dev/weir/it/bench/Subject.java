package dev.weir.it.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.WeirDataSource;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;

/** What is measured: a way of getting at a {@link Target}. */
public enum Subject {
    RAW("plain driver", "", EnumSet.allOf(Target.class), at -> driver(DriverManager.getDriver(at.url()), at.url(), at)),
    HIKARICP("HikariCP", "", EnumSet.allOf(Target.class), Subject::hikari),
    WEIR("Weir", "", EnumSet.allOf(Target.class), Subject::weir),
    P6SPY("p6spy", "p6spy", EnumSet.allOf(Target.class), Subject::p6spy),
    PGJDBC("pgjdbc, several hosts", "", EnumSet.of(Target.POSTGRESQL), at -> {
        String url = "jdbc:" + at.plainUrl() + "&targetServerType=primary";
        return driver(DriverManager.getDriver(url), url, at);
    }),
    AWS(
            "AWS wrapper, read/write splitting by parsing",
            "aws",
            EnumSet.of(Target.STUB, Target.POSTGRESQL),
            Subject::aws),
    SHARDINGSPHERE("ShardingSphere-JDBC", "shardingsphere", EnumSet.of(Target.POSTGRESQL), Subject::shardingSphere);

    private final String title;
    private final String peer;

    @SuppressWarnings("ImmutableEnumChecker") // not changed
    private final Set<Target> targets;

    @SuppressWarnings("ImmutableEnumChecker") // a method reference without state
    private final Opening opening;

    Subject(String title, String peer, Set<Target> targets, Opening opening) {
        this.title = title;
        this.peer = peer;
        this.targets = targets;
        this.opening = opening;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** Whether it can be used with a target, and its jars are there. */
    public boolean runsOn(Target target) {
        return targets.contains(target) && (peer.isEmpty() || !jars().isEmpty());
    }

    /** The jars that only this subject needs; none for those on the class path. */
    public List<Path> jars() {
        return peer.isEmpty() ? List.of() : Peer.jars(peer);
    }

    /** Makes it ready for an address; what is started for it ends with the source. */
    public Source open(Target.Address address) throws Exception {
        return opening.open(address);
    }

    /** Makes a source of connections to an address. */
    private interface Opening {
        Source open(Target.Address address) throws Exception;
    }

    private static Source hikari(Target.Address at) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(at.url());
        config.setUsername(at.user());
        config.setPassword(at.password());
        config.setMaximumPoolSize(at.connections());
        HikariDataSource pool = new HikariDataSource(config);
        return new Source(pool::getConnection, pool::close);
    }

    private static Source weir(Target.Address at) {
        WeirDataSource source = new WeirDataSource(at.weirUrl());
        source.setUser(at.user());
        source.setPassword(at.password());
        return new Source(source::getConnection, source::close);
    }

    private static Source p6spy(Target.Address at) throws Exception {
        // What it costs by itself, without writing its log.
        System.setProperty("p6spy.config.modulelist", "com.p6spy.engine.spy.P6SpyFactory");
        Driver driver = peerDriver("p6spy", "com.p6spy.engine.spy.P6SpyDriver");
        return driver(driver, at.url().replaceFirst("^jdbc:", "jdbc:p6spy:"), at);
    }

    private static Source aws(Target.Address at) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("wrapperPlugins", "autoReadWriteSplitting");
        settings.setProperty("wrapperDialect", "pg");
        settings.setProperty("singleWriterConnectionString", "true");
        Driver driver = peerDriver("aws", "software.amazon.jdbc.Driver");
        return driver(driver, "jdbc:aws-wrapper:" + at.plainUrl(), at, settings);
    }

    private static Source shardingSphere(Target.Address at) throws Exception {
        StringBuilder yaml =
                new StringBuilder("mode:\n  type: Standalone\n  repository:\n    type: JDBC\ndataSources:\n");
        List<String> urls = at.nodes();
        for (int i = 0; i < urls.size(); i++) {
            yaml.append("  n" + i + ":\n    dataSourceClassName: com.zaxxer.hikari.HikariDataSource\n")
                    .append("    jdbcUrl: " + urls.get(i) + "\n    username: " + at.user() + "\n")
                    .append("    password: '" + at.password() + "'\n    maximumPoolSize: " + at.connections() + "\n");
        }
        yaml.append("rules:\n- !READWRITE_SPLITTING\n  dataSourceGroups:\n    g:\n      writeDataSourceName: n0\n")
                .append("      readDataSourceNames: [" + (urls.size() > 1 ? "n1" : "n0"));
        for (int i = 2; i < urls.size(); i++) {
            yaml.append(", n").append(i);
        }
        yaml.append("]\n- !SINGLE\n  tables: ['*.*', '*.*.*']\n");
        Class<?> factory = Class.forName(
                "org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory",
                true,
                Peer.of("shardingsphere"));
        DataSource source = (DataSource) factory.getMethod("createDataSource", byte[].class)
                .invoke(null, yaml.toString().getBytes(StandardCharsets.UTF_8));
        return new Source(source::getConnection, () -> {});
    }

    private static Driver peerDriver(String peer, String name)
            throws ClassNotFoundException, InstantiationException, IllegalAccessException, NoSuchMethodException,
                    InvocationTargetException {
        return Class.forName(name, true, Peer.of(peer))
                .asSubclass(Driver.class)
                .getConstructor()
                .newInstance();
    }

    private static Source driver(Driver driver, String url, Target.Address at) {
        return driver(driver, url, at, new Properties());
    }

    /** A driver itself, past {@link DriverManager}, which costs more than a microsecond. */
    private static Source driver(Driver driver, String url, Target.Address at, Properties settings) {
        Properties all = new Properties();
        all.putAll(settings);
        all.setProperty("user", at.user());
        all.setProperty("password", at.password());
        return new Source(() -> connected(driver, url, all), () -> {});
    }

    private static Connection connected(Driver driver, String url, Properties settings) throws SQLException {
        Connection connection = driver.connect(url, settings);
        if (connection == null) {
            throw new SQLException("The driver " + driver.getClass().getName() + " does not take its URL", "08001");
        }
        return connection;
    }
}
