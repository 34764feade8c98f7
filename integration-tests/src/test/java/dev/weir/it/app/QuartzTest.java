package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quartz.JobBuilder.newJob;
import static org.quartz.SimpleScheduleBuilder.simpleSchedule;
import static org.quartz.TriggerBuilder.newTrigger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobDataMap;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.PersistJobDataAfterExecution;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.impl.SchedulerRepository;
import org.quartz.impl.StdSchedulerFactory;

/** Two schedulers that share Quartz's JDBC job store, whose locks must hold across both. */
final class QuartzTest {
    private static final int JOBS = 6;
    private static final int FIRINGS = 3;

    /** Writes down each firing, and counts them in its own data, which Quartz stores as a BLOB. */
    @DisallowConcurrentExecution
    @PersistJobDataAfterExecution
    public static final class Note implements Job {
        @Override
        public void execute(JobExecutionContext context) throws JobExecutionException {
            JobDataMap data = context.getJobDetail().getJobDataMap();
            int firing = data.getInt("firings") + 1;
            data.put("firings", firing);
            try (Connection connection = DriverManager.getConnection(
                            data.getString("url"), data.getString("user"), data.getString("password"));
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO note VALUES (?, ?, ?)")) {
                insert.setString(1, context.getJobDetail().getKey().getName());
                insert.setInt(2, firing);
                insert.setString(3, context.getScheduler().getSchedulerInstanceId());
                insert.executeUpdate();
            } catch (SQLException | SchedulerException failure) {
                throw new JobExecutionException(failure);
            }
        }
    }

    @OnEveryCluster(overTcp = true)
    void shouldFireEachTriggerOnceAmongTwoSchedulers(Deployment deployment) throws Exception {
        deployment.execute(schema(deployment));
        deployment.execute(
                "CREATE TABLE note (job VARCHAR(40), firing INT, instance VARCHAR(80), PRIMARY KEY (job, firing))");
        Scheduler one = scheduler(deployment, "one");
        Scheduler two = scheduler(deployment, "two");
        try {
            one.start();
            two.start();
            for (int i = 0; i < JOBS; i++) {
                schedule(deployment, i % 2 == 0 ? one : two, "job" + i);
            }
            String firings = "SELECT COUNT(*) FROM note";
            Awaitility.await().untilAsserted(() -> {
                assertThat(deployment.rows("SELECT job, firing FROM note ORDER BY job, firing"))
                        .hasSize(JOBS * FIRINGS);
                assertThat(deployment.rows("SELECT JOB_NAME, TRIGGER_STATE FROM QRTZ_TRIGGERS"))
                        .isEmpty();
            });
            deployment.readUntilOffloaded(
                    firings, () -> assertThat(deployment.number(firings)).isEqualTo(JOBS * FIRINGS));
            assertThat(one.getCurrentlyExecutingJobs()).isEmpty();
        } finally {
            one.shutdown(true);
            two.shutdown(true);
        }
        assertThat(deployment.onReplicas("QRTZ_LOCKS")).isEmpty();
    }

    private static void schedule(Deployment deployment, Scheduler scheduler, String name) throws SchedulerException {
        JobDetail job = newJob(Note.class)
                .withIdentity(name)
                .usingJobData("firings", 0)
                .usingJobData("url", deployment.url())
                .usingJobData("user", deployment.user())
                .usingJobData("password", deployment.password())
                .build();
        scheduler.scheduleJob(
                job,
                newTrigger()
                        .withSchedule(simpleSchedule()
                                .withIntervalInMilliseconds(200)
                                .withRepeatCount(FIRINGS - 1)
                                .withMisfireHandlingInstructionNowWithExistingCount())
                        .build());
    }

    private static Scheduler scheduler(Deployment deployment, String instance) throws SchedulerException {
        Properties settings = new Properties();
        settings.setProperty("org.quartz.scheduler.instanceName", "weir");
        settings.setProperty("org.quartz.scheduler.instanceId", instance);
        settings.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        settings.setProperty("org.quartz.threadPool.threadCount", "3");
        settings.setProperty("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        settings.setProperty(
                "org.quartz.jobStore.driverDelegateClass",
                deployment.isPostgres()
                        ? "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate"
                        : "org.quartz.impl.jdbcjobstore.StdJDBCDelegate");
        settings.setProperty("org.quartz.jobStore.isClustered", "true");
        // Without it Quartz now and then fires a trigger twice, on plain H2 too.
        settings.setProperty("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        settings.setProperty("org.quartz.jobStore.clusterCheckinInterval", "1000");
        // Quartz knows data sources by name in the whole JVM.
        String source = "shop-" + instance;
        settings.setProperty("org.quartz.jobStore.dataSource", source);
        settings.setProperty("org.quartz.dataSource." + source + ".provider", "hikaricp");
        settings.setProperty("org.quartz.dataSource." + source + ".driver", "dev.weir.WeirDriver");
        settings.setProperty("org.quartz.dataSource." + source + ".URL", deployment.url());
        settings.setProperty("org.quartz.dataSource." + source + ".user", deployment.user());
        settings.setProperty("org.quartz.dataSource." + source + ".password", deployment.password());
        settings.setProperty("org.quartz.dataSource." + source + ".maxConnections", "6");
        Scheduler scheduler = new StdSchedulerFactory(settings).getScheduler();
        // Else a second scheduler of the cluster's name would be this one: they usually live in different JVMs.
        SchedulerRepository.getInstance().remove("weir");
        return scheduler;
    }

    /** Quartz's own script for the database. */
    private static String[] schema(Deployment deployment) throws IOException {
        String script =
                "/org/quartz/impl/jdbcjobstore/tables_" + (deployment.isPostgres() ? "postgres" : "h2") + ".sql";
        try (InputStream text = QuartzTest.class.getResourceAsStream(script)) {
            if (text == null) {
                throw new IOException("No " + script);
            }
            String bare = new String(text.readAllBytes(), StandardCharsets.UTF_8).replaceAll("--[^\\n]*", "");
            List<String> statements = new ArrayList<>(Arrays.asList(bare.split(";")));
            statements.removeIf(String::isBlank);
            return statements.toArray(String[]::new);
        }
    }
}
