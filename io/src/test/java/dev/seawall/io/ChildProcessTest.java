// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.FileSystem.OpenMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What can only be shown in a process with limits or flags of its own.
@EnabledOnOs(OS.LINUX)
final class ChildProcessTest {
  private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");

  @TempDir Path directory;

  /// Writes 64 KiB where only 8 KiB are allowed.
  static final class Writer {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      FileSystem files = SystemMachine.open(Backend.valueOf(arguments[1])).files();
      try (Arena arena = Arena.ofShared();
          IoQueue queue = files.newQueue();
          StorageFile file = files.open(Path.of(arguments[0], "f"), OpenMode.CREATE, queue)) {
        MemorySegment memory = arena.allocate(65_536, 4096);
        IoTicket ticket = new IoTicket();
        file.submitDurableWrite(ticket, 0, memory);
        queue.await();
        System.out.println("write: " + ticket.failure());
        file.submitSync(ticket);
        queue.await();
        System.out.println("sync: " + ticket.failure());
        System.out.println("length: " + files.status(file.path()).bytes());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriteOverTheFileSizeLimitIsCarriedOnThenFailsAsDiskFullAndPoisons(Backend backend)
      throws Exception {
    String said =
        ChildJvm.run(
            "ulimit -f 16",
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"),
            Writer.class,
            directory.toString(),
            backend.name());
    assertThat(said)
        .contains("write: dev.seawall.io.DiskFullException: write " + directory.resolve("f"))
        .contains("sync: dev.seawall.io.StorageException", "an earlier write failed")
        .contains("length: 8192")
        .endsWith("exit 0");
  }

  /// Says which backend there is, and why DIRECT is not.
  static final class Chooser {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      Machine machine = SystemMachine.open(Backend.AUTO);
      System.out.println("auto: " + machine.files().backend());
      try (WaitWord word = machine.scheduler().newWaitWord();
          PooledBuffer buffer = BufferPools.offHeap(4 << 20).tryAcquire(2 << 20)) {
        word.advance();
        System.out.println("word: " + word.value() + ", buffer: " + buffer.segment().byteSize());
      }
      try {
        SystemMachine.open(Backend.DIRECT);
        System.out.println("direct");
      } catch (StorageException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void deniedNativeAccessMeansChannelsAndTheFlagIsNamed() throws Exception {
    assertThat(ChildJvm.run("", List.of("--illegal-native-access=deny"), Chooser.class))
        .contains("auto: channel", "word: 1, buffer: 2097152")
        .contains("DIRECT was asked for", "--enable-native-access=ALL-UNNAMED")
        .endsWith("exit 0");
    assertThat(ChildJvm.run("", NATIVE, Chooser.class)).contains("auto: direct", "\ndirect\n");
  }

  /// One carrier, one virtual thread that waits, one that wakes it.
  static final class Waiter {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      WaitWord word = SystemMachine.open(Backend.AUTO).scheduler().newWaitWord();
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  Thread _ = Thread.ofVirtual().start(word::advance);
                  word.await(0, TimeUnit.SECONDS.toNanos(20));
                  System.out.println(word.value() == 1 ? "woken" : "pinned");
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      waiter.join();
    }
  }

  @Test
  void waitingVirtualThreadsDoNotHoldTheirCarrier() throws Exception {
    List<String> oneCarrier =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1");
    assertThat(ChildJvm.run("", oneCarrier, Waiter.class)).isEqualTo("woken\nexit 0");
  }
}
