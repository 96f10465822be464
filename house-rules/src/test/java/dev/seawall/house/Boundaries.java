// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;

/// What a package must not know, as rules. Each says why, so that a failure can be argued with.
///
/// Rules about packages that do not exist yet are here too: they hold from a package's first class.
final class Boundaries {
  /// What any module may use: the language, the null annotations.
  private static final String[] PLATFORM = {"java..", "javax..", "jdk..", "org.jspecify.."};

  static final ArchRule IO_KNOWS_THE_JDK_ONLY =
      onlyKnows("io", "it is the lowest floor", "dev.seawall.io..");

  static final ArchRule TESTKIT_KNOWS_IO_ONLY =
      onlyKnows(
          "testkit",
          "users test their own systems with it, without our engine",
          "dev.seawall.testkit..",
          "dev.seawall.io",
          "dev.seawall.io.objects");

  static final ArchRule ENGINE_KNOWS_IO_ONLY =
      classes()
          .that()
          .resideInAnyPackage(
              "dev.seawall.wal..",
              "dev.seawall.raft..",
              "dev.seawall.stream..",
              "dev.seawall.replay..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(
                      resideInAnyPackage(
                          "dev.seawall.wal..",
                          "dev.seawall.raft..",
                          "dev.seawall.stream..",
                          "dev.seawall.replay..",
                          "dev.seawall.io")))
          .allowEmptyShould(true)
          .because("the engine has no third-party code and reaches the world through io's API");

  static final ArchRule IO_DOES_NOT_NAME_WHAT_IS_ABOVE =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.io..")
          .should()
          .haveSimpleNameContaining("Frame")
          .orShould()
          .haveSimpleNameContaining("Sqlite")
          .orShould()
          .haveSimpleNameStartingWith("Segment")
          .because("io moves bytes; segments, frames and SQLite are other people's business");

  static final ArchRule FRAME_KNOWS_NO_FILES_THREADS_OR_TIME =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.wal.internal.frame..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.nio.file..",
                      "java.nio.channels..",
                      "java.time..",
                      "java.util.concurrent..",
                      "dev.seawall.wal.internal.segment..",
                      "dev.seawall.wal.internal.append..",
                      "dev.seawall.wal.internal.recovery..",
                      "dev.seawall.wal.internal.retention..")
                  .or(named("java.lang.Thread", "java.io.File"))
                  .or(ioTypes("FileSystem", "StorageFile", "IoQueue", "IoTicket", "MappedWindow"))
                  .or(ioTypes("AtomicFile", "DirectoryLock", "TimeSource", "Scheduler", "Worker"))
                  .or(ioTypes("WaitWord")))
          .allowEmptyShould(true)
          .because("a frame is bytes: the same code reads it from a file, a window or a test");

  static final ArchRule SEGMENT_KNOWS_NO_WAITERS_AND_NO_POLICY =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.wal.internal.segment..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.seawall.wal.internal.append..",
              "dev.seawall.wal.internal.recovery..",
              "dev.seawall.wal.internal.retention..")
          .allowEmptyShould(true)
          .because("a segment does not know who waits for it, nor why it is deleted");

  static final ArchRule FRONT_ENDS_USE_THE_WAL_API_ONLY =
      noClasses()
          .that()
          .resideInAnyPackage("dev.seawall.raft..", "dev.seawall.stream..", "dev.seawall.replay..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("dev.seawall.wal.internal..", "dev.seawall.wal.inspect..")
                  .or(ioTypes("FileSystem", "StorageFile", "IoQueue", "MappedWindow")))
          .allowEmptyShould(true)
          .because("what a front end needs and the API lacks, every user lacks");

  static final ArchRule ARCHIVE_DOES_NOT_LOOK_INTO_A_LINK =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.archive..")
          .and()
          .resideOutsideOfPackage("dev.seawall.archive.segments..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.seawall.wal..", "dev.seawall.sqlite..", "dev.seawall.ltx..")
          .allowEmptyShould(true)
          .because("a link is a range and bytes; only archive.segments knows segments");

  static final ArchRule LTX_IS_A_FORMAT =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.ltx..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "dev.seawall.io.objects..",
                      "dev.seawall.sqlite..",
                      "java.sql..",
                      "java.util.concurrent..",
                      "org.sqlite..")
                  .or(named("java.lang.Thread")))
          .allowEmptyShould(true)
          .because("LTX is bytes: no WAL files, stores, threads or drivers");

  static final ArchRule SQLITE_KNOWS_NO_STORES_AND_NO_LEVELS =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.sqlite.internal..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.seawall.io.objects..", "dev.seawall.archive..", "dev.seawall.replicate..")
          .allowEmptyShould(true)
          .because("it reads SQLite's files; where the links go is decided above");

  static final ArchRule REPLICATE_KNOWS_NO_HTTP =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.replicate..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "software.amazon..")
          .allowEmptyShould(true)
          .because("stores are reached through ObjectStore");

  static final ArchRule COMMAND_KNOWS_NO_INTERNALS =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.seawall..internal..")
          .because("what a tool needs and the API lacks, every user's tool lacks");

  static final ArchRule INTERNAL_PACKAGES_HAVE_NO_CYCLES =
      slices()
          .matching("dev.seawall.(*).internal.(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true)
          .because("a cycle is one package with two names");

  static final ArchRule API_RETURNS_NO_INTERNAL_TYPE =
      classes()
          .that()
          .resideInAPackage("dev.seawall..")
          .and(resideOutsideOfPackages("..internal..", "dev.seawall.cli..", "dev.seawall.bench.."))
          .should(new NoInternalTypeInApi())
          .because("users cannot name it, and we could not change it");

  static final List<ArchRule> ALL =
      List.of(
          IO_KNOWS_THE_JDK_ONLY,
          TESTKIT_KNOWS_IO_ONLY,
          ENGINE_KNOWS_IO_ONLY,
          IO_DOES_NOT_NAME_WHAT_IS_ABOVE,
          FRAME_KNOWS_NO_FILES_THREADS_OR_TIME,
          SEGMENT_KNOWS_NO_WAITERS_AND_NO_POLICY,
          FRONT_ENDS_USE_THE_WAL_API_ONLY,
          ARCHIVE_DOES_NOT_LOOK_INTO_A_LINK,
          LTX_IS_A_FORMAT,
          SQLITE_KNOWS_NO_STORES_AND_NO_LEVELS,
          REPLICATE_KNOWS_NO_HTTP,
          COMMAND_KNOWS_NO_INTERNALS,
          INTERNAL_PACKAGES_HAVE_NO_CYCLES,
          API_RETURNS_NO_INTERNAL_TYPE,
          BannedCalls.ONLY_THROUGH_A_SEAM,
          BannedCalls.COMMAND_TOUCHES_FILES_IN_OPS_AND_CONFIG_ONLY);

  private Boundaries() {}

  private static ArchRule onlyKnows(String module, String why, String... packages) {
    return classes()
        .that()
        .resideInAPackage("dev.seawall." + module + "..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(PLATFORM).or(resideInAnyPackage(packages)))
        .allowEmptyShould(true)
        .because(why);
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    Set<String> set = Set.of(names);
    return describe("any of " + set, type -> set.contains(type.getName()));
  }

  private static DescribedPredicate<JavaClass> ioTypes(String... simpleNames) {
    Set<String> set = Set.of(simpleNames);
    return resideInAPackage("dev.seawall.io")
        .and(describe("any of io's " + set, type -> set.contains(type.getSimpleName())));
  }
}
