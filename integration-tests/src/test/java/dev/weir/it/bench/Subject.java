package dev.weir.it.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.WeirDataSource;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** What is measured: a way of getting at a {@link Target}. A new one is one line here. */
public enum Subject {
    RAW(at -> driver(at.url(), at)),
    HIKARICP(Subject::hikari),
    WEIR(Subject::weir);

    @SuppressWarnings("ImmutableEnumChecker") // a method reference without state
    private final Opening opening;

    Subject(Opening opening) {
        this.opening = opening;
    }

    Source open(Target.Address address) throws SQLException {
        return opening.open(address);
    }

    /** Makes a source of connections to an address. */
    private interface Opening {
        Source open(Target.Address address) throws SQLException;
    }

    private static Source hikari(Target.Address at) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(at.url());
        config.setUsername(at.user());
        config.setPassword(at.password());
        HikariDataSource pool = new HikariDataSource(config);
        return new Source(pool::getConnection, pool::close);
    }

    private static Source weir(Target.Address at) {
        WeirDataSource source = new WeirDataSource(at.weirUrl());
        source.setUser(at.user());
        source.setPassword(at.password());
        return new Source(source::getConnection, source::close);
    }

    /** The registered driver itself, past {@link DriverManager}, which costs more than a microsecond. */
    private static Source driver(String url, Target.Address at) throws SQLException {
        Driver driver = DriverManager.getDriver(url);
        Properties credentials = new Properties();
        credentials.setProperty("user", at.user());
        credentials.setProperty("password", at.password());
        return new Source(() -> driver.connect(url, credentials), () -> {});
    }
}
