// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `./seawall` in a repository of three files: Maven and Java are scripts that tell what they were
/// asked.
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
  @TempDir private Path machine;
  private Path repository;
  private Path source;
  private Shell shell;

  @BeforeEach
  void aSmallRepository() throws Exception {
    machine = machine.toRealPath();
    Files.createDirectories(machine.resolve("home"));
    repository = Files.createDirectories(machine.resolve("a repository"));
    copy("seawall");
    copy("bin/find-jdk");
    Files.writeString(repository.resolve("pom.xml"), "<project/>\n");
    Files.createDirectories(repository.resolve("wal/src/main"));
    Files.createDirectories(repository.resolve("cli/src/main"));
    Files.writeString(repository.resolve("wal/pom.xml"), "<project/>\n");
    Files.writeString(repository.resolve("cli/pom.xml"), "<project/>\n");
    source = Files.writeString(repository.resolve("wal/src/main/Wal.java"), "class Wal {}\n");
    Shell.script(
        repository.resolve("mvnw"),
        """
        #!/bin/sh
        echo "$@" >>builds
        sleep ${FAKE_BUILD_SECONDS:-0}
        [ -z "${FAKE_BUILD_FAILS:-}" ] || { echo "[ERROR] broken on purpose"; exit 1; }
        mkdir -p cli/target/lib
        echo jar >cli/target/seawall-cli-1.jar
        """);
    makeOld(repository);
    Path jdk = Shell.fakeJdk(machine.resolve("jdk"), "25");
    shell = new Shell(machine).with("JAVA_HOME", jdk.toString());
  }

  @Test
  void theFirstRunBuildsAndTheSecondDoesNot() throws Exception {
    Shell.Outcome first = seawall("version");
    assertThat(first.exit()).isZero();
    assertThat(first.err()).isEqualTo("seawall: building (sources changed)");
    assertThat(first.out().lines()).endsWith("dev.seawall.cli.Main", "version");
    Shell.Outcome second = seawall("version");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aChangedSourceBuildsAgainOnce() throws Exception {
    seawall("version");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
    assertThat(seawall("version").err()).contains("building");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aDeletedSourceBuildsAgain() throws Exception {
    seawall("version");
    Files.delete(source);
    Files.setLastModifiedTime(source.getParent(), FileTime.from(Instant.now().plusSeconds(2)));
    seawall("version");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aFailedBuildShowsItsErrorAndRunsNothing() throws Exception {
    shell.with("FAKE_BUILD_FAILS", "1");
    Shell.Outcome outcome = seawall("version");
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("broken on purpose", "the build failed");
    assertThat(repository.resolve(".tools/build.lock")).doesNotExist();
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    shell.with("FAKE_BUILD_SECONDS", "2");
    List<String> command = List.of(repository.resolve("seawall").toString(), "version");
    Process one = shell.start(machine.resolve("o1"), machine.resolve("e1"), machine, command);
    Process two = shell.start(machine.resolve("o2"), machine.resolve("e2"), machine, command);
    assertThat(one.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(two.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(List.of(one.exitValue(), two.exitValue())).containsOnly(0);
    assertThat(builds()).hasSize(1);
    assertThat(Shell.read(machine.resolve("e1")) + Shell.read(machine.resolve("e2")))
        .contains("waiting for another build");
  }

  @Test
  void aLockOfADeadBuildIsTaken() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path lock = Files.createDirectories(repository.resolve(".tools/build.lock"));
    Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
    assertThat(seawall("version").exit()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void itRunsFromAnywhereAndThroughSymbolicLinks() throws Exception {
    Path link = Files.createSymbolicLink(machine.resolve("one"), repository.resolve("seawall"));
    Path linkToLink = Files.createSymbolicLink(machine.resolve("two"), link.getFileName());
    Shell.Outcome outcome = shell.run(machine.resolve("home"), linkToLink.toString(), "version");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out())
        .contains(repository.resolve("cli/target/seawall-cli-1.jar").toString());
  }

  @Test
  void heavyVerbsGetTheFastFlagsAndOthersTheSmallOnes() throws Exception {
    assertThat(seawall("wal", "append").out()).contains("-Xmx256m").doesNotContain("SerialGC");
    assertThat(seawall("--json", "--config", "wal", "list").out()).contains("SerialGC");
    assertThat(seawall("--json", "--config", "f", "raft").out()).contains("-Xmx256m");
    assertThat(seawall("--config=f", "demo").out()).contains("-Xmx256m");
    assertThat(seawall().out()).contains("SerialGC");
    assertThat(seawall("wal").out()).contains("--enable-native-access=ALL-UNNAMED");
  }

  /// A JDK whose `java` tells what it was run for in `java.log`, and makes an archive if it `can`.
  private void aJdkThatArchives(boolean can) throws Exception {
    Shell.script(
        machine.resolve("jdk/bin/java"),
        """
        #!/bin/sh
        for each; do
          case $each in
            -XX:SharedArchiveFile=*) archive=${each#*=} ;;
            -XX:SharedClassListFile=*) list=${each#*=} ;;
            -XX:DumpLoadedClassList=*)
              printf '%%s\\n' java/lang/Object picocli/CommandLine '@cp picocli/CommandLine 1' >"${each#*=}"
              ;;
            -Xshare:dump) dumps=1 ;;
            dev.seawall.cli.Rehearsal) echo rehearsal >>%s ;;
          esac
        done
        [ -z "${dumps:-}" ] || %s >"$archive"
        printf '%%s\\n' "$@"
        """
            .formatted(machine.resolve("java.log"), can ? "cat \"$list\"" : "false"));
  }

  private List<String> rehearsals() throws Exception {
    return Files.readAllLines(machine.resolve("java.log"));
  }

  @Test
  void classesAreArchivedOnceForEachBuildAndUsedByTheSmallProfile() throws Exception {
    aJdkThatArchives(true);
    Path archive = repository.resolve("cli/target/seawall-unknown.jsa");
    String flag = "-XX:SharedArchiveFile=" + archive;
    assertThat(seawall("version").out().lines()).contains(flag, "-Xlog:cds*=off,aot*=off");
    assertThat(seawall("list").out().lines()).contains(flag);
    assertThat(seawall("wal").out().lines()).doesNotContain(flag);
    assertThat(seawall("watch").out().lines()).doesNotContain(flag);
    assertThat(rehearsals()).hasSize(1);
    assertThat(archive).hasContent("java/lang/Object\npicocli/CommandLine\n");
    Files.writeString(source, "class Wal { }\n");
    seawall("version");
    assertThat(rehearsals()).hasSize(2);
    shell.with("SEAWALL_NO_BUILD", "1");
    assertThat(seawall("version").out().lines()).contains(flag);
    Files.delete(archive);
    assertThat(seawall("version").out().lines()).doesNotContain(flag);
    assertThat(rehearsals()).hasSize(2);
  }

  @Test
  void anotherJdkHasAnArchiveOfItsOwn() throws Exception {
    aJdkThatArchives(true);
    seawall("version");
    Files.writeString(
        machine.resolve("jdk/release"), "JAVA_VERSION=\"26\"\nJAVA_RUNTIME_VERSION=\"26+1-LTS\"\n");
    assertThat(seawall("version").out().lines())
        .contains("-XX:SharedArchiveFile=" + repository.resolve("cli/target/seawall-26+1-LTS.jsa"));
    assertThat(rehearsals()).hasSize(2);
  }

  @Test
  void anArchiveThatCannotBeMadeIsNotTriedAgain() throws Exception {
    aJdkThatArchives(false);
    for (int run = 0; run < 2; run++) {
      Shell.Outcome outcome = seawall("version");
      assertThat(outcome.exit()).isZero();
      assertThat(outcome.out()).doesNotContain("SharedArchiveFile");
    }
    assertThat(rehearsals()).hasSize(1);
  }

  @Test
  void ownFlagsReplaceTheProfile() throws Exception {
    shell.with("SEAWALL_JAVA_OPTS", "-Xmx7m -Dx=y");
    assertThat(seawall("wal").out().lines())
        .contains("-Xmx7m", "-Dx=y", "-Dseawall.flags=own: -Xmx7m -Dx=y")
        .doesNotContain("-Xmx256m");
  }

  @Test
  void argumentsPassThroughUntouched() throws Exception {
    assertThat(seawall("wal", "a b", "", "*").out()).endsWith("wal\na b\n\n*");
  }

  @Test
  void onRequestItNeverBuilds() throws Exception {
    shell.with("SEAWALL_NO_BUILD", "1");
    Shell.Outcome outcome = seawall("version");
    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("nothing is built", "./mvnw -DskipTests package");
    assertThat(repository.resolve("builds")).doesNotExist();
  }

  /// Ctrl-C and a service manager's signals must reach Java, not a shell in front of it.
  @Test
  void javaTakesThePlaceOfTheScript() throws Exception {
    seawall("version");
    Path out = machine.resolve("out");
    List<String> command = List.of(repository.resolve("seawall").toString(), "wal");
    Process process = shell.start(out, machine.resolve("err"), machine, command);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Shell.read(out)).startsWith("pid " + process.pid() + "\n");
  }

  @Test
  void withoutAJdkItStopsBeforeBuilding() throws Exception {
    String path = Shell.pathOf(machine.resolve("bin"), "dirname", "readlink", "sed", "head");
    shell.with("JAVA_HOME", "").with("SEAWALL_JVM_DIRS", "").with("PATH", path);
    Shell.Outcome outcome = seawall("version");
    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("SEAWALL_DOWNLOAD_JDK=1");
    assertThat(repository.resolve("builds")).doesNotExist();
  }

  private void copy(String file) throws Exception {
    Path target = repository.resolve(file);
    Files.createDirectories(target.getParent());
    Files.copy(SourceTree.root().resolve(file), target, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void makeOld(Path folder) throws Exception {
    FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
    try (var files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  private List<String> builds() throws Exception {
    return Files.readAllLines(repository.resolve("builds"));
  }

  private Shell.Outcome seawall(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = repository.resolve("seawall").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return shell.run(machine, command);
  }
}
