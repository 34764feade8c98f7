package dev.weir.it.app;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once over each kind of cluster, with an empty {@link Deployment} as its parameter. When it has passed, the replicas are asked: the
 * application must have read there, nothing but plain reads may have been sent there, and their contents must equal the primary's.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(EveryCluster.class)
@interface OnEveryCluster {
    /** Whether it also runs on an H2 cluster whose nodes are JVMs of their own, which takes some seconds to start. */
    boolean overTcp() default false;
}
