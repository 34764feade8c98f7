package dev.weir.it.app;

import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test over an embedded H2 cluster, over the PostgreSQL cluster of this JVM, and over H2 by TCP if it asks for that; see {@link OnEveryCluster}. */
final class EveryCluster implements TestTemplateInvocationContextProvider {
    private static final int REPLICAS = 2;

    private enum Kind {
        H2_EMBEDDED,
        H2_OVER_TCP,
        POSTGRESQL
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        OnEveryCluster asked = context.getRequiredTestMethod().getAnnotation(OnEveryCluster.class);
        return Stream.of(Kind.values())
                .filter(kind -> kind != Kind.H2_OVER_TCP || asked.overTcp())
                .map(Invocation::new);
    }

    private record Invocation(Kind kind) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int number) {
            return kind.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Run(kind));
        }
    }

    /** One run of a test on a cluster. Confined to one test. */
    private static final class Run
            implements BeforeEachCallback, AfterTestExecutionCallback, AfterEachCallback, ParameterResolver {
        private final Kind kind;
        private @Nullable H2Cluster h2;
        private @Nullable Witness witness;
        private @Nullable Deployment deployment;

        Run(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void beforeEach(ExtensionContext context) throws Exception {
            deployment = switch (kind) {
                case H2_EMBEDDED -> onH2();
                case H2_OVER_TCP -> onH2OverTcp();
                case POSTGRESQL -> onPostgres(PostgresExtension.cluster(context));
            };
        }

        private Deployment onH2() throws Exception {
            H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(REPLICAS);
            h2 = cluster;
            H2Witness listening = H2Witness.on(cluster);
            witness = listening;
            return new Deployment(
                    Deployment.Database.H2,
                    cluster.weirUrl(),
                    H2EmbeddedCluster.USER,
                    H2EmbeddedCluster.PASSWORD,
                    listening);
        }

        private Deployment onH2OverTcp() throws Exception {
            H2TcpCluster cluster = H2TcpCluster.start(REPLICAS, "");
            h2 = cluster;
            H2StatisticsWitness statistics = H2StatisticsWitness.on(cluster);
            witness = statistics;
            return new Deployment(
                    Deployment.Database.H2, cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD, statistics);
        }

        private Deployment onPostgres(PostgresCluster cluster) throws Exception {
            PostgresWitness logging = PostgresWitness.on(cluster);
            witness = logging;
            String url = cluster.weirUrl();
            return new Deployment(
                    Deployment.Database.POSTGRESQL,
                    url.substring(0, url.indexOf('?')),
                    PostgresCluster.USER,
                    PostgresCluster.PASSWORD,
                    logging);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Deployment.class;
        }

        @Override
        public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return deployment;
        }

        @Override
        public void afterTestExecution(ExtensionContext context) throws Exception {
            if (deployment != null && context.getExecutionException().isEmpty()) {
                deployment.verify();
            }
        }

        @Override
        public void afterEach(ExtensionContext context) throws Exception {
            if (witness != null) {
                witness.close();
            }
            if (h2 != null) {
                h2.close();
            }
            if (kind == Kind.POSTGRESQL) {
                new PostgresExtension().afterEach(context);
            }
        }
    }
}
