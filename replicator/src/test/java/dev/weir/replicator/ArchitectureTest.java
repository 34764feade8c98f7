package dev.weir.replicator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the replicator's rooms. */
class ArchitectureTest {
    private static JavaClasses replicator;

    @BeforeAll
    static void importReplicator() {
        replicator = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.weir.replicator");
    }

    @Test
    void shouldImportOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("cli")
                .definedBy("dev.weir.replicator.cli")
                .layer("http")
                .definedBy("dev.weir.replicator.http")
                .layer("heal")
                .definedBy("dev.weir.replicator.heal")
                .layer("monitor")
                .definedBy("dev.weir.replicator.monitor")
                .layer("verify")
                .definedBy("dev.weir.replicator.verify")
                .layer("root")
                .definedBy("dev.weir.replicator")
                .layer("replica")
                .definedBy("dev.weir.replicator.replica")
                .layer("source")
                .definedBy("dev.weir.replicator.source")
                .layer("store")
                .definedBy("dev.weir.replicator.store")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("heal")
                .mayOnlyBeAccessedByLayers("cli", "http")
                .whereLayer("monitor")
                .mayOnlyBeAccessedByLayers("cli", "http", "heal")
                .whereLayer("verify")
                .mayOnlyBeAccessedByLayers("cli", "http", "heal")
                .whereLayer("root")
                .mayOnlyBeAccessedByLayers("cli", "http", "heal", "monitor")
                .whereLayer("replica")
                .mayOnlyBeAccessedByLayers("cli", "http", "heal", "monitor", "root")
                .whereLayer("source")
                .mayOnlyBeAccessedByLayers("cli", "http", "heal", "monitor", "verify", "root", "replica")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers("source", "replica")
                .check(replicator);
    }

    @Test
    void shouldHaveNoPackageCycle() {
        slices().matching("dev.weir.replicator.(**)").should().beFreeOfCycles().check(replicator);
    }

    @Test
    void shouldImportOnlyTheLogOfTheDriver() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.weir..")
                        .and(resideOutsideOfPackages("dev.weir.log", "dev.weir.replicator..")))
                .check(replicator);
    }

    @Test
    void shouldWaitOnlyInTheRunner() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Runner.class.getName())
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(LockSupport.class)
                .check(replicator);
    }
}
