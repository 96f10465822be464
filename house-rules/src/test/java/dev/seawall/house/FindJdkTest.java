// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `bin/find-jdk` on machines made of folders: no real JDK, no network.
@DisabledOnOs(OS.WINDOWS)
final class FindJdkTest {
  @TempDir private Path machine;
  private Shell shell;
  private Path tools;

  @BeforeEach
  void anEmptyMachine() throws Exception {
    machine = machine.toRealPath();
    tools = machine.resolve("tools");
    Files.createDirectories(machine.resolve("home"));
    String path =
        Shell.pathOf(
            machine.resolve("bin"),
            "sed",
            "head",
            "uname",
            "cut",
            "tr",
            "mkdir",
            "mktemp",
            "cp",
            "rm",
            "mv",
            "tar",
            "gzip",
            "sha256sum",
            "shasum",
            "dirname",
            "readlink",
            "cat",
            "perl");
    shell =
        new Shell(machine)
            .with("PATH", path)
            .with("SEAWALL_TOOLS_DIR", tools.toString())
            .with("SEAWALL_JVM_DIRS", machine.resolve("jvm").toString());
  }

  @Test
  void javaHomeWinsWhenItIsNewEnough() throws Exception {
    Path home = Shell.fakeJdk(machine.resolve("mine"), "25.0.1");
    Shell.fakeJdk(machine.resolve("jvm/other"), "26");
    shell.with("JAVA_HOME", home.toString());
    assertFound(home);
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws Exception {
    Path old = Shell.fakeJdk(machine.resolve("mine"), "17.0.15");
    Shell.fakeJdk(machine.resolve("jvm/a-java-8"), "1.8.0_402");
    Path home = Shell.fakeJdk(machine.resolve("jvm/z-java-25"), "25");
    shell.with("JAVA_HOME", old.toString());
    assertFound(home);
  }

  @Test
  void aRuntimeWithoutACompilerIsPassedOver() throws Exception {
    Path runtime = Shell.fakeJdk(machine.resolve("jvm/a-jre"), "25");
    Files.delete(runtime.resolve("bin/javac"));
    Path home = Shell.fakeJdk(machine.resolve("jvm/b-jdk"), "25");
    assertFound(home);
  }

  @Test
  void foldersOfMacOsIntellijAndSdkmanAreSearched() throws Exception {
    Path sdkman = Shell.fakeJdk(machine.resolve("home/.sdkman/candidates/java/25-tem"), "25");
    assertFound(sdkman);
    Path intellij = Shell.fakeJdk(machine.resolve("home/.jdks/temurin-25"), "25.0.2");
    assertFound(intellij);
    Path mac = Shell.fakeJdk(machine.resolve("jvm/temurin-25.jdk/Contents/Home"), "25.0.2");
    assertFound(mac);
  }

  @Test
  void aFolderWithASpaceIsNoTrap() throws Exception {
    Path home = Shell.fakeJdk(machine.resolve("jvm/my jdk"), "25");
    assertFound(home);
  }

  @Test
  void theCompilerOnThePathIsFollowedToItsHome() throws Exception {
    Path home = Shell.fakeJdk(machine.resolve("elsewhere/jdk"), "25");
    Files.createSymbolicLink(machine.resolve("bin/javac"), home.resolve("bin/javac"));
    assertFound(home);
  }

  @Test
  void withoutAnyJdkItSaysWhatToType() throws Exception {
    Shell.Outcome outcome = find();
    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("SEAWALL_DOWNLOAD_JDK=1", "bin/find-jdk");
  }

  @Test
  void withoutATerminalNothingIsFetchedUnasked() throws Exception {
    archive("25", true);
    assertThat(find().exit()).isEqualTo(2);
    assertThat(tools).doesNotExist();
  }

  @Test
  void noDownloadRefusesEvenWhenDownloadingIsAllowed() throws Exception {
    archive("25", true);
    shell.with("SEAWALL_DOWNLOAD_JDK", "1");
    assertThat(find("--no-download").exit()).isEqualTo(2);
    assertThat(tools).doesNotExist();
  }

  @Test
  void aFetchedArchiveIsVerifiedUnpackedAndFoundAgain() throws Exception {
    archive("25.0.3", true);
    shell.with("SEAWALL_DOWNLOAD_JDK", "1");
    Shell.Outcome fetched = find();
    assertThat(fetched.err()).contains("fetching file:");
    assertThat(fetched.exit()).isZero();
    assertThat(Path.of(fetched.out())).startsWith(tools).isDirectory();
    Shell.Outcome again = find("--no-download");
    assertThat(again.out()).isEqualTo(fetched.out());
    assertThat(again.err()).isEmpty();
    assertThat(tools).isDirectoryNotContaining("glob:**/fetch.*");
  }

  @Test
  void theDigestBesideTheArchiveServesWhenNoneIsGiven() throws Exception {
    archive("25", false);
    shell.with("SEAWALL_DOWNLOAD_JDK", "1");
    assertThat(find().err()).contains("no digest");
    Path archive = machine.resolve("jdk.tar.gz");
    Files.writeString(machine.resolve("jdk.tar.gz.sha256.txt"), sha256(archive) + "  jdk.tar.gz\n");
    assertThat(find().exit()).isZero();
  }

  @Test
  void aWrongDigestUnpacksNothing() throws Exception {
    archive("25", true);
    shell.with("SEAWALL_DOWNLOAD_JDK", "1").with("SEAWALL_JDK_SHA256", "0".repeat(64));
    Shell.Outcome outcome = find();
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("expected 000", "nothing was unpacked");
    assertThat(tools).isEmptyDirectory();
  }

  @Test
  void plainHttpIsRefused() throws Exception {
    shell
        .with("SEAWALL_DOWNLOAD_JDK", "1")
        .with("SEAWALL_JDK_URL", "http://localhost/jdk.tar.gz")
        .with("SEAWALL_JDK_SHA256", "0".repeat(64));
    Shell.Outcome outcome = find();
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("only https: and file:");
  }

  @Test
  void anArchiveOfAnOldJdkIsNotUsed() throws Exception {
    archive("21.0.2", true);
    shell.with("SEAWALL_DOWNLOAD_JDK", "1");
    Shell.Outcome outcome = find();
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("does not hold a JDK 25");
  }

  /// The wrapper is generated; our block in it is easily lost when it is generated again.
  @Test
  void theMavenWrapperAsksFindJdk() {
    assertThat(SourceTree.read(SourceTree.root().resolve("mvnw")))
        .contains("JAVA_HOME=\"$(\"$(dirname \"$0\")/bin/find-jdk\")\" || exit 2");
  }

  private void archive(String version, boolean digestGiven) throws Exception {
    Shell.fakeJdk(machine.resolve("packed/jdk-" + version), version);
    Path archive = machine.resolve("jdk.tar.gz");
    Shell.Outcome tar =
        new Shell(machine)
            .run(machine.resolve("packed"), "tar", "-czf", archive.toString(), "jdk-" + version);
    assertThat(tar.exit()).isZero();
    shell.with("SEAWALL_JDK_URL", "file:" + archive);
    if (digestGiven) {
      shell.with("SEAWALL_JDK_SHA256", sha256(archive));
    }
  }

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private void assertFound(Path home) throws Exception {
    Shell.Outcome outcome = find();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo(home.toString());
    assertThat(outcome.exit()).isZero();
  }

  private Shell.Outcome find(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = SourceTree.root().resolve("bin/find-jdk").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return shell.run(machine, command);
  }
}
