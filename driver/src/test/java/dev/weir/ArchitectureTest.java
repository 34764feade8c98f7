package dev.weir;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the driver's rooms. */
class ArchitectureTest {
    private static JavaClasses driver;

    @BeforeAll
    static void importDriver() {
        driver = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.weir");
    }

    @Test
    void shouldImportOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("weir")
                .definedBy("dev.weir")
                .layer("jdbc")
                .definedBy("dev.weir.jdbc")
                .layer("routing")
                .definedBy("dev.weir.routing")
                .layer("capture")
                .definedBy("dev.weir.capture")
                .layer("cluster")
                .definedBy("dev.weir.cluster")
                .layer("sql")
                .definedBy("dev.weir.sql")
                .layer("log")
                .definedBy("dev.weir.log")
                .layer("forward")
                .definedBy("dev.weir.forward")
                .whereLayer("weir")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("jdbc")
                .mayOnlyBeAccessedByLayers("weir")
                .whereLayer("routing")
                .mayOnlyBeAccessedByLayers("weir", "jdbc")
                .whereLayer("capture")
                .mayOnlyBeAccessedByLayers("weir", "jdbc")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("weir", "jdbc", "routing")
                .whereLayer("sql")
                .mayOnlyBeAccessedByLayers("weir", "jdbc", "routing", "capture", "cluster")
                .whereLayer("forward")
                .mayNotAccessAnyLayer()
                .whereLayer("log")
                .mayNotAccessAnyLayer()
                .check(driver);
    }

    @Test
    void shouldHaveNoPackageCycle() {
        slices().matching("dev.weir.(**)").should().beFreeOfCycles().check(driver);
    }

    @Test
    void shouldImportTheParserInOneRoomOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.weir.sql")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("net.sf.jsqlparser..")
                .check(driver);
    }

    @Test
    void shouldNotDependOnTheTargetDrivers() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.h2..", "org.postgresql.."))
                .check(driver);
    }

    @Test
    void shouldSleepOnlyInTheMonitor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.weir.cluster")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .check(driver);
    }
}
