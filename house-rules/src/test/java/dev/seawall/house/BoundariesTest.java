// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import dev.seawall.archive.PlantedArchive;
import dev.seawall.cli.PlantedVerb;
import dev.seawall.io.PlantedFrameDoor;
import dev.seawall.ltx.PlantedLtx;
import dev.seawall.replicate.PlantedReplicator;
import dev.seawall.sqlite.internal.PlantedSqlite;
import dev.seawall.stream.PlantedShortcut;
import dev.seawall.testkit.PlantedWalUser;
import dev.seawall.wal.PlantedApi;
import dev.seawall.wal.PlantedEngine;
import dev.seawall.wal.internal.frame.PlantedTimedFrame;
import dev.seawall.wal.internal.recovery.PlantedRecovery;
import dev.seawall.wal.internal.segment.PlantedSegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every boundary holds in the code that ships, and every boundary notices a planted offender.
final class BoundariesTest {
  private static final JavaClasses SHIPPED = shipped();

  /// An offender per rule; those of packages that do not exist yet too.
  private static final Map<ArchRule, List<Class<?>>> OFFENDERS =
      Map.ofEntries(
          Map.entry(Boundaries.IO_KNOWS_THE_JDK_ONLY, List.of(PlantedFrameDoor.class)),
          Map.entry(Boundaries.ENGINE_KNOWS_IO_ONLY, List.of(PlantedEngine.class)),
          Map.entry(Boundaries.ARCHIVE_DOES_NOT_LOOK_INTO_A_LINK, List.of(PlantedArchive.class)),
          Map.entry(Boundaries.LTX_IS_A_FORMAT, List.of(PlantedLtx.class)),
          Map.entry(Boundaries.SQLITE_KNOWS_NO_STORES_AND_NO_LEVELS, List.of(PlantedSqlite.class)),
          Map.entry(Boundaries.REPLICATE_KNOWS_NO_HTTP, List.of(PlantedReplicator.class)),
          Map.entry(Boundaries.IO_DOES_NOT_NAME_WHAT_IS_ABOVE, List.of(PlantedFrameDoor.class)),
          Map.entry(Boundaries.TESTKIT_KNOWS_IO_ONLY, List.of(PlantedWalUser.class)),
          Map.entry(
              Boundaries.FRAME_KNOWS_NO_FILES_THREADS_OR_TIME, List.of(PlantedTimedFrame.class)),
          Map.entry(
              Boundaries.SEGMENT_KNOWS_NO_WAITERS_AND_NO_POLICY, List.of(PlantedSegment.class)),
          Map.entry(
              Boundaries.INTERNAL_PACKAGES_HAVE_NO_CYCLES,
              List.of(PlantedSegment.class, PlantedRecovery.class)),
          Map.entry(Boundaries.FRONT_ENDS_USE_THE_WAL_API_ONLY, List.of(PlantedShortcut.class)),
          Map.entry(Boundaries.API_RETURNS_NO_INTERNAL_TYPE, List.of(PlantedApi.class)),
          Map.entry(Boundaries.COMMAND_KNOWS_NO_INTERNALS, List.of(PlantedVerb.class)),
          Map.entry(
              BannedCalls.COMMAND_TOUCHES_FILES_IN_OPS_AND_CONFIG_ONLY, List.of(PlantedVerb.class)),
          Map.entry(BannedCalls.ONLY_THROUGH_A_SEAM, List.of(PlantedTimedFrame.class)));

  @TestFactory
  Stream<DynamicTest> shippedCodeKeepsEveryBoundary() {
    return Boundaries.ALL.stream()
        .map(rule -> dynamicTest(rule.getDescription(), () -> rule.check(SHIPPED)));
  }

  @TestFactory
  Stream<DynamicTest> everyBoundaryNoticesAnOffender() {
    return OFFENDERS.entrySet().stream()
        .map(planted ->
            dynamicTest(
                planted.getKey().getDescription(),
                () -> {
                  EvaluationResult result =
                      planted
                          .getKey()
                          .evaluate(new ClassFileImporter().importClasses(planted.getValue()));
                  assertThat(result.hasViolation()).isTrue();
                }));
  }

  @Test
  void everyBoundaryHasAnOffender() {
    assertThat(OFFENDERS.keySet()).containsExactlyInAnyOrderElementsOf(Boundaries.ALL);
  }

  /// Each way around a seam is noticed, not only the first one.
  @Test
  void everyBannedCallOfTheOffenderIsReported() {
    EvaluationResult result =
        BannedCalls.ONLY_THROUGH_A_SEAM.evaluate(
            new ClassFileImporter().importClasses(PlantedTimedFrame.class));
    assertThat(String.join("\n", result.getFailureReport().getDetails()))
        .contains("System.currentTimeMillis()")
        .contains("System.nanoTime()")
        .contains("System.getenv(")
        .contains("Thread.<init>(")
        .contains("Random.<init>(")
        .contains("Files.exists(")
        .contains("FileChannel.open(")
        .contains("Executors.");
  }

  @Test
  void theImportSawEveryModule() {
    assertThat(SHIPPED.stream().map(JavaClass::getPackageName).distinct())
        .contains("dev.seawall.io", "dev.seawall.testkit", "dev.seawall.wal", "dev.seawall.cli");
  }

  private static JavaClasses shipped() {
    List<Path> folders =
        SourceTree.modules().stream()
            .filter(module -> !SourceTree.name(module).startsWith("bench"))
            .map(module -> module.resolve("target/classes"))
            .filter(Files::isDirectory)
            .toList();
    return new ClassFileImporter().importPaths(folders);
  }
}
