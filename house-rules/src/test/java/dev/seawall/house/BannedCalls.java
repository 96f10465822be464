// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;

/// Calls that reach the world without a seam: a simulation could neither see nor replay them.
final class BannedCalls {
  /// Types of which nothing may be called.
  private static final Set<String> TYPES =
      Set.of(
          "java.nio.channels.FileChannel",
          "java.nio.channels.AsynchronousFileChannel",
          "java.nio.file.Files",
          "java.io.RandomAccessFile",
          "java.io.FileInputStream",
          "java.io.FileOutputStream",
          "java.io.FileReader",
          "java.io.FileWriter",
          "java.util.concurrent.Executors",
          "java.util.concurrent.ForkJoinPool",
          "java.util.concurrent.ThreadPoolExecutor",
          "java.util.concurrent.ScheduledThreadPoolExecutor",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.Random",
          "java.util.Timer",
          "java.security.SecureRandom",
          "java.lang.ProcessBuilder");

  /// Methods that may be neither called nor referred to (`System::nanoTime`), by owner.
  private static final Map<String, Set<String>> METHODS =
      Map.ofEntries(
          Map.entry("java.lang.System", Set.of("nanoTime", "currentTimeMillis", "getenv")),
          Map.entry(
              "java.lang.Thread",
              Set.of("<init>", "ofVirtual", "ofPlatform", "startVirtualThread", "sleep")),
          Map.entry(
              "java.util.concurrent.CompletableFuture",
              Set.of(
                  "runAsync", "supplyAsync", "delayedExecutor", "orTimeout", "completeOnTimeout")),
          Map.entry("java.lang.Runtime", Set.of("exec", "addShutdownHook")),
          Map.entry("java.lang.Math", Set.of("random")),
          Map.entry("java.util.UUID", Set.of("randomUUID")),
          Map.entry("java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system")),
          Map.entry("java.time.Instant", Set.of("now")),
          Map.entry("java.time.LocalDate", Set.of("now")),
          Map.entry("java.time.LocalDateTime", Set.of("now")),
          Map.entry("java.time.ZonedDateTime", Set.of("now")));

  /// Golden files are real files, read and re-recorded beside the test that owns them. A database's
  /// inode is asked for by a `stat`, which io does not offer (ADR 0032).
  private static final Set<String> EXCEPTIONS =
      Set.of("dev.seawall.testkit.Golden", "dev.seawall.sqlite.internal.FileKeys");

  static final ArchRule ONLY_THROUGH_A_SEAM =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.seawall.io..",
              "dev.seawall.testkit..",
              "dev.seawall.wal..",
              "dev.seawall.raft..",
              "dev.seawall.stream..",
              "dev.seawall.replay..",
              "dev.seawall.codec..",
              "dev.seawall.archive..",
              "dev.seawall.ltx..",
              "dev.seawall.sqlite..",
              "dev.seawall.replicate..",
              "dev.seawall.microraft..",
              "dev.seawall.jraft..")
          .and()
          .resideOutsideOfPackage("dev.seawall.io.internal..")
          .and(describe("are not exempt", BannedCalls::notExempt))
          .should()
          .accessTargetWhere(reachesTheWorld())
          .because("files, time, threads, chance and the environment come through io's seams");

  static final ArchRule COMMAND_TOUCHES_FILES_IN_OPS_AND_CONFIG_ONLY =
      noClasses()
          .that()
          .resideInAPackage("dev.seawall.cli..")
          .and()
          .resideOutsideOfPackages("dev.seawall.cli.ops..", "dev.seawall.cli.config..")
          .should()
          .accessTargetWhere(
              describe(
                  "the target is Files, FileChannel or ProcessBuilder",
                  call ->
                      Set.of(
                              "java.nio.file.Files",
                              "java.nio.channels.FileChannel",
                              "java.lang.ProcessBuilder")
                          .contains(call.getTargetOwner().getName())))
          .because("a verb says what to do; cli.ops and cli.config touch the machine");

  private BannedCalls() {}

  private static boolean notExempt(JavaClass type) {
    return !EXCEPTIONS.contains(type.getName().replaceAll("\\$.*", ""));
  }

  private static DescribedPredicate<JavaAccess<?>> reachesTheWorld() {
    return describe(
        "the target reaches the world",
        call -> {
          AccessTarget target = call.getTarget();
          String owner = target.getOwner().getName();
          return TYPES.contains(owner)
              || METHODS.getOrDefault(owner, Set.of()).contains(target.getName());
        });
  }
}
