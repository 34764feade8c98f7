package dev.weir.replicator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.replicator.Runner;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.LagLimits;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.Thresholds;
import dev.weir.replicator.testing.LoggedWriter;
import dev.weir.replicator.testing.WatchedCluster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Drives the dashboard of a real cluster with a real browser. */
class DashboardTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "sesame";
    private static final List<String> BROWSERS =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final List<String> DRIVERS =
            List.of("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver");

    @TempDir
    Path directory;

    private final AtomicInteger rows = new AtomicInteger();
    private WatchedCluster cluster;
    private LoggedWriter writer;
    private Monitor monitor;
    private Runner watching;
    private Runner writing;
    private MonitorServer server;
    private ChromeDriver browser;

    private static File installed(List<String> places) {
        File found = places.stream()
                .map(File::new)
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
        assumeTrue(
                found != null,
                "The dashboard was not tried: there is none of " + places + ". Install chromium and chromium-driver");
        return found;
    }

    /** A thread that dies is what is looked at here, not a failure of the test. */
    @BeforeAll
    static void leaveThreadsAlone() {
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    @BeforeEach
    void start() throws SQLException {
        File driver = installed(DRIVERS);
        ChromeOptions options = new ChromeOptions().setBinary(installed(BROWSERS));
        cluster = new WatchedCluster(directory, 2);
        cluster.start();
        writer = cluster.writer();
        writer.ddl("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR)");
        writing = new Runner("test-write", this::write, Duration.ofMillis(20));
        Duration second = Duration.ofSeconds(1);
        Thresholds thresholds = Thresholds.DEFAULT
                .withLag(new LagLimits(second, Duration.ofSeconds(2)), Map.of())
                .withTimes(second.multipliedBy(3), second.multipliedBy(4), second, second);
        monitor = new Monitor(
                new H2Probe(cluster.cluster(), WatchedCluster.USER, WatchedCluster.PASSWORD, InstantSource.system()),
                thresholds,
                List.of());
        watching = new Runner("test-monitor", monitor, Duration.ofMillis(250));
        server = new MonitorServer(new Listen("127.0.0.1", 0), TOKEN, monitor, cluster.cluster(), cluster.stores());
        watching.start();
        writing.start();
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--window-size=1280,1100");
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver)
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    private int write() {
        try {
            writer.sql("INSERT INTO ITEM VALUES(" + rows.incrementAndGet() + ", 'weir')", 1);
            return 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() throws SQLException {
        if (browser != null) {
            browser.quit();
        }
        if (cluster != null) {
            server.close();
            watching.close();
            writing.close();
            monitor.close();
            writer.close();
            cluster.close();
        }
    }

    private WebElement card(String replica) {
        return browser.findElement(By.cssSelector("[data-name='" + replica + "']"));
    }

    /** Waits for a card to be in this state; the page may replace what is looked at meanwhile. */
    private void awaitCard(String replica, String attribute, String value) {
        await().atMost(LIMIT)
                .ignoreException(StaleElementReferenceException.class)
                .ignoreException(org.openqa.selenium.NoSuchElementException.class)
                .untilAsserted(() -> assertThat(card(replica).getDomAttribute(attribute))
                        .as(card(replica).getText())
                        .isEqualTo(value));
    }

    private void screenshot(String name) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    private void screenshots(String name) throws IOException {
        browser.manage().window().setSize(new Dimension(1280, 1500));
        screenshot(name + "-desktop");
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 390, "height", 2400, "deviceScaleFactor", 1, "mobile", true));
        await().atMost(LIMIT).until(() -> number("return document.querySelector('.u-wrap').clientWidth") < 390);
        int overflow = number("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        screenshot(name + "-phone");
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        assertThat(overflow).as("pixels beyond a phone's width").isZero();
    }

    @Test
    void shouldShowDeathHealingAndComparisonOfReplica() throws Exception {
        browser.get(server.url());
        awaitCard("r1", "data-severity", "INFO");
        awaitCard("r2", "data-state", "STREAMING");
        await().atMost(LIMIT)
                .until(() ->
                        browser.findElements(By.cssSelector(".replica canvas")).size() == 2);
        screenshots("sound");

        cluster.kill("r1");

        awaitCard("r1", "data-severity", "CRITICAL");
        assertThat(browser.findElement(By.id("worst")).getText()).isEqualTo("critical");
        assertThat(browser.findElement(By.id("alerts")).getText()).contains("Replica r1");
        assertThat(card("r1").findElement(By.className("reason")).getText()).contains("killed by the test");
        assertThat(card("r1").findElement(By.className("chart")).getDomAttribute("aria-label"))
                .contains("Lag of r1: now");
        assertThat(inkOfChart("r1")).as("coloured pixels of the chart").isGreaterThan(200);
        awaitCard("r2", "data-severity", "INFO");
        screenshots("killed");

        cluster.cure("r1");
        act("resync", "wrong");
        await().atMost(LIMIT)
                .until(() ->
                        browser.findElement(By.id("confirm-error")).getText().contains("not right"));
        screenshot("confirmation");
        browser.findElement(By.id("token")).clear();
        browser.findElement(By.id("token")).sendKeys(TOKEN, Keys.ENTER);
        await().atMost(LIMIT).until(() -> !browser.findElement(By.id("confirm")).isDisplayed());

        awaitCard("r1", "data-severity", "INFO");
        awaitCard("r1", "data-state", "STREAMING");
        verifyAndRepair();
        browser.findElement(By.id("theme-button")).click();
        browser.findElement(By.id("theme-button")).click();
        screenshots("healed-dark");
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(line -> !line.getMessage().contains("401"))
                .isEmpty();
        assertThat(foreignRequests()).isEmpty();
    }

    /** One value of r1 is altered by hand; a person finds it and mends it on the page. */
    private void verifyAndRepair() throws Exception {
        cluster.alter("r1", "UPDATE ITEM SET NAME = 'altered' WHERE ID = 1");
        act("verify", "");
        awaitCard("r1", "data-verify", "repairable");
        assertThat(card("r1").findElement(By.className("verify")).getText())
                .contains("1 difference at entry")
                .contains("\"PUBLIC\".\"ITEM\" row differs \"ID\" = 1");
        screenshots("verified");
        act("repair", "");
        awaitCard("r1", "data-verify", "equal");
        assertThat(card("r1").findElement(By.className("verify")).getText()).contains("1 row was mended");
    }

    /** Chooses an action with the keyboard alone. */
    private void act(String action, String token) {
        card("r1").findElement(By.cssSelector("[data-action='" + action + "']")).sendKeys(Keys.ENTER);
        await().atMost(LIMIT).until(() -> browser.findElement(By.id("confirm")).isDisplayed());
        browser.findElement(By.id("token")).sendKeys(token, Keys.ENTER);
    }

    private int inkOfChart(String replica) {
        return number("const c = document.querySelector(\"[data-name='" + replica + "'] canvas\");"
                + "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                + "let n = 0; for (let i = 0; i < d.length; i += 4)"
                + " if (d[i + 3] > 20 && Math.abs(d[i] - d[i + 2]) > 60) n++; return n");
    }

    private int number(String script) {
        return Integer.parseInt(String.valueOf(browser.executeScript(script)));
    }

    private String foreignRequests() {
        return String.valueOf(browser.executeScript("return performance.getEntriesByType('resource').map(e => e.name)"
                + ".filter(name => !name.startsWith(location.origin)).join()"));
    }
}
