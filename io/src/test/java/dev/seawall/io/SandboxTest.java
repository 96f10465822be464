// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.FileSystem.OpenMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where io_uring or direct I/O is not to be had, the next backend is taken, works, and says why.
@EnabledOnOs(OS.LINUX)
final class SandboxTest {
  private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  @TempDir Path directory;

  /// Installs a filter if told to (`CALL:ERRNO`), then writes, syncs and reads with the first
  /// backend that works, and asks for io_uring alone.
  static final class Child {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      Seccomp.refuse(List.of(arguments).subList(1, arguments.length));
      BackendChoice choice =
          BackendChoice.firstOf(List.of(Backend.URING, Backend.DIRECT, Backend.CHANNEL));
      FileSystem files = SystemMachine.open(choice).files();
      try (Arena arena = Arena.ofShared();
          IoQueue queue = files.newQueue();
          StorageFile file = files.open(Path.of(arguments[0], "f"), OpenMode.CREATE, queue)) {
        MemorySegment memory = arena.allocate(8192, 4096).fill((byte) 7);
        IoTicket write = new IoTicket();
        IoTicket durable = new IoTicket();
        file.submitWrite(write, 0, memory.asSlice(0, 4096));
        file.submitDurableWrite(durable, 4096, memory.asSlice(4096));
        while (queue.inFlight() > 0) {
          queue.await();
        }
        file.sync();
        MemorySegment read = arena.allocate(8192);
        int length = file.read(0, read);
        System.out.println("failures: " + write.failure() + ", " + durable.failure());
        System.out.println("read: " + length + ", right: " + (read.mismatch(memory) == -1));
      }
      System.out.println("uses: " + files.report().text());
      try {
        SystemMachine.open(Backend.URING);
        System.out.println("forced: uring");
      } catch (StorageException e) {
        System.out.println("forced: " + e.getMessage());
      }
    }
  }

  @BeforeEach
  void needsAnUnrestrictedRing() throws StorageException {
    try {
      SystemMachine.open(Backend.URING).scheduler().close();
    } catch (StorageException e) {
      assumeTrue(false, "nothing to forbid: " + e.getMessage());
    }
  }

  private static void assertWorked(String said) {
    assertThat(said).contains("failures: null, null", "read: 8192, right: true").endsWith("exit 0");
  }

  @Test
  void anUnrestrictedChildUsesIoUring() throws Exception {
    String said = ChildJvm.run("", NATIVE, Child.class, directory.toString());
    assertWorked(said);
    assertThat(said).contains("uses: uring\n", "forced: uring\n");
  }

  /// 425 is `io_uring_setup`, 426 `io_uring_enter`, on every processor.
  @ParameterizedTest
  @CsvSource({
    "425, " + EPERM + ", io_uring_setup: forbidden",
    "425, " + ENOSYS + ", io_uring_setup: the kernel has none",
    "426, " + EPERM + ", io_uring_enter: forbidden",
  })
  void aSeccompFilterMeansDirectSystemCallsAndTheReasonIsTold(int call, int errno, String why)
      throws Exception {
    String said = ChildJvm.run("", NATIVE, Child.class, directory.toString(), call + ":" + errno);
    assertWorked(said);
    assertThat(said)
        .contains("uses: direct (URING: io_uring cannot be used (" + why)
        .contains("forced: open backend .: URING was asked for, but io_uring cannot be used");
  }

  @Test
  void deniedNativeAccessMeansChannelsAndBothReasonsAreTold() throws Exception {
    String said =
        ChildJvm.run(
            "", List.of("--illegal-native-access=deny"), Child.class, directory.toString());
    assertWorked(said);
    assertThat(said)
        .contains("uses: channel (URING: native access is denied")
        .contains("; DIRECT: native access is denied")
        .contains("--enable-native-access=ALL-UNNAMED")
        .contains("forced: open backend .: URING was asked for, but native access is denied");
  }

  @Test
  void withoutTheFlagJavaWarnsAndIoUringWorks() throws Exception {
    String said = ChildJvm.run("", List.of(), Child.class, directory.toString());
    assertWorked(said);
    assertThat(said).contains("WARNING", "--enable-native-access", "uses: uring\n");
  }

  /// tmpfs takes `O_DIRECT` since Linux 6.6 and ramfs never: then the page cache has to do.
  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "ramfs"})
  void fileSystemsInMemoryWorkAndWhatIsUsedIsTold(String type) throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    String mount = "mount -t " + type + " none " + mounted;
    assumeTrue(
        new ProcessBuilder("unshare", "-Urm", "sh", "-c", mount).start().waitFor() == 0,
        "this machine lets nobody mount a " + type + " in a namespace of his own");
    String said =
        ChildJvm.run(
            "exec unshare -Urm sh -c '" + mount + " && exec \"$@\"' sh \"$@\"",
            NATIVE,
            Child.class,
            mounted.toString());
    assertWorked(said);
    String buffered = "uses: buffered (URING: the file system of " + mounted.resolve("f");
    if (type.equals("ramfs")) {
      assertThat(said).contains(buffered + " refuses direct I/O)");
    } else {
      assertThat(said).containsAnyOf("uses: uring\n", buffered);
    }
  }

  @Test
  void whatTheCallerDisabledIsNotUsedAndHisReasonIsTold() throws Exception {
    BackendChoice choice =
        BackendChoice.firstOf(List.of(Backend.URING, Backend.DIRECT, Backend.CHANNEL))
            .without(Backend.URING, "the caller knows better");
    FileSystem files = SystemMachine.open(choice).files();
    assertThat(files.report())
        .isEqualTo(
            new BackendReport(
                "direct",
                List.of(new BackendReport.Refusal(Backend.URING, "the caller knows better"))));
    assertThat(files.report().text()).isEqualTo("direct (URING: the caller knows better)");
  }

  @Test
  void whatTheOperatorSwitchedOffIsNotUsedAndTheVariableIsNamed() throws Exception {
    String said =
        ChildJvm.run(
            "export SEAWALL_WAL_DISABLE_IO_URING=true", NATIVE, Child.class, directory.toString());
    assertWorked(said);
    assertThat(said)
        .contains("uses: direct (URING: SEAWALL_WAL_DISABLE_IO_URING is set)")
        .contains(
            "forced: open backend .: URING was asked for, but SEAWALL_WAL_DISABLE_IO_URING is set");
  }
}
