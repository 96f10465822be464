// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What only a real mapping can show: the kernel's traps, threads, deaths.
final class MappedFileTest {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private final Arena arena = Arena.ofShared();
  private FileSystem files;
  // Below the build, not in the temporary directory: that is often in memory.
  private Path directory;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    files = SystemMachine.open(Backend.AUTO).files();
    directory = Files.createTempDirectory(Path.of("target"), "mapped").toAbsolutePath();
    path = directory.resolve("f");
  }

  @AfterEach
  void close() throws IOException {
    arena.close();
    Files.deleteIfExists(path);
    Files.delete(directory);
  }

  private MappedWindow map(int blocks) throws IOException {
    Files.write(path, new byte[blocks * BLOCK]);
    return files.map(path, 0, (long) blocks * BLOCK);
  }

  private MemorySegment bytes(int count, int value) {
    return arena.allocate(count).fill((byte) value);
  }

  /// How many bytes of cached pages this process has made dirty.
  private static long dirtied() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith("write_bytes: "))
        .mapToLong(line -> Long.parseLong(line.substring(13).strip()))
        .sum();
  }

  /// Files that were written in large pieces are cached in large pieces, and one store makes all of
  /// one dirty.
  @Test
  @EnabledOnOs(OS.LINUX)
  void oneStoreIntoAFileFilledByLargeWritesMakesOnePageDirty() throws Exception {
    assumeTrue(!files.backend().equals("channel"), "dropping cached pages takes a system call");
    int blocks = 2048;
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 8; i++) {
        channel.write(bytes(1 << 20, 1).asByteBuffer());
      }
      channel.force(true);
    }
    try (MappedWindow window = files.map(path, 0, (long) blocks * BLOCK)) {
      long before = dirtied();
      for (int i = 0; i < 20; i++) {
        window.store(i * 100L * BLOCK, bytes(1, 2), 0, 1);
        window.sync(i * 100L * BLOCK, 1);
      }
      long each = (dirtied() - before) / 20;
      assumeTrue(each > 0, "this file system counts no writes");
      assertThat(each).isLessThanOrEqualTo(64 << 10);
    }
  }

  /// Cuts the file under its window a hundred times, in code that is interpreted, warm and hot.
  static final class Cutter {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      Path path = Path.of(arguments[0]);
      FileSystem files = SystemMachine.open(Backend.AUTO).files();
      int typed = 0;
      for (int trial = 0; trial < 120; trial++) {
        Files.write(path, new byte[1 << 20]);
        try (Arena arena = Arena.ofShared();
            FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
            MappedWindow window = files.map(path, 0, 1 << 20)) {
          long bytes = new long[] {8, 100, 1000, 60_000}[trial % 4];
          MemorySegment memory = arena.allocate(bytes);
          for (int i = 0; i < (trial < 40 ? 0 : 2000); i++) {
            access(window, i & 1, memory, bytes);
          }
          channel.truncate(0);
          try {
            access(window, trial % 3, memory, bytes);
            System.out.println("trial " + trial + " went well");
          } catch (StorageException e) {
            typed += e.getMessage().contains("cannot be had") ? 1 : 0;
          }
          try {
            window.store(0, memory, 0, 1);
            System.out.println("trial " + trial + " goes on");
          } catch (StorageException e) {
            typed += e.getMessage().contains("not tried, because an earlier") ? 1 : 0;
          }
        }
      }
      System.out.println("typed: " + typed);
    }

    private static void access(MappedWindow window, int how, MemorySegment memory, long bytes)
        throws StorageException {
      switch (how) {
        case 0 -> window.store(8192, memory, 0, bytes);
        case 1 -> window.load(8192, memory, 0, bytes);
        default -> window.touch(8192, bytes);
      }
    }
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @ValueSource(
      strings = {
        "--enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=4",
        "--enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1",
        "--illegal-native-access=deny -XX:TieredStopAtLevel=4",
      })
  void aPageThatCannotBeHadIsATypedErrorWhereItHappensAndFailsTheWindow(String flags)
      throws Exception {
    String said = ChildJvm.run("", List.of(flags.split(" ", -1)), Cutter.class, path.toString());
    assertThat(said).endsWith("typed: 240\nexit 0").doesNotContain("went well", "goes on");
  }

  /// Stores numbers, one after the other, and says so.
  static final class Storer {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      Path path = Path.of(arguments[0]);
      FileSystem files = SystemMachine.open(Backend.AUTO).files();
      try (Arena arena = Arena.ofShared();
          MappedWindow window = files.map(path, 0, Files.size(path))) {
        MemorySegment number = arena.allocate(ValueLayout.JAVA_LONG);
        for (long i = 0; i < window.byteSize() / 8; i++) {
          number.set(ValueLayout.JAVA_LONG, 0, i + 1);
          window.store(i * 8, number, 0, 8);
          if (i % 100 == 0) {
            System.out.println(i);
          }
        }
        Thread.sleep(60_000);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatWasStoredSurvivesAKilledProcess() throws Exception {
    Files.write(path, new byte[8 << 20]);
    Process child =
        ChildJvm.start(
            "", List.of("--enable-native-access=ALL-UNNAMED"), Storer.class, path.toString());
    long said = -1;
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while (said < 20_000 && (line = reader.readLine()) != null) {
        said = Long.parseLong(line);
      }
      child.destroyForcibly().waitFor();
    }
    assertThat(child.exitValue()).isEqualTo(128 + 9);
    assertThat(said).isGreaterThanOrEqualTo(20_000);
    MemorySegment found = MemorySegment.ofArray(Files.readAllBytes(path));
    for (long i = 0; i <= said; i++) {
      assertThat(found.get(ValueLayout.JAVA_LONG_UNALIGNED, i * 8)).isEqualTo(i + 1);
    }
  }

  @Test
  void threadsStoreSyncAndTouchSideBySide() throws Exception {
    int threads = 4;
    int rounds = 2000;
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (MappedWindow window = map(64)) {
      List<Thread> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int own = t;
        Runnable work =
            () -> {
              MemorySegment memory = bytes(24, own + 1);
              try {
                for (int i = 0; i < rounds; i++) {
                  window.store(i * 96L + own * 24L, memory, 0, 24);
                  if (i % 500 == own) {
                    window.sync(0, window.byteSize());
                  }
                  if (i % 100 == 0) {
                    window.touch(0, window.byteSize());
                  }
                }
              } catch (StorageException e) {
                thrown.set(e);
              }
            };
        all.add(Thread.ofPlatform().start(work));
      }
      for (Thread thread : all) {
        thread.join();
      }
      assertThat(thrown.get()).isNull();
      MemorySegment found = arena.allocate(rounds * 96L);
      window.load(0, found, 0, found.byteSize());
      for (long i = 0; i < found.byteSize(); i++) {
        assertThat(found.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) (i / 24 % 4 + 1));
      }
    }
  }

  @Test
  void closingBesideThoseWhoStoreEndsThemWithATypedError() throws Exception {
    for (int i = 0; i < 20; i++) {
      MappedWindow window = map(64);
      AtomicBoolean storing = new AtomicBoolean();
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread storer =
          Thread.ofPlatform()
              .start(() -> {
                MemorySegment memory = bytes(BLOCK, 1);
                try {
                  while (true) {
                    window.store(BLOCK, memory, 0, BLOCK);
                    window.sync(BLOCK, BLOCK);
                    storing.set(true);
                  }
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });
      while (!storing.get()) {
        Thread.onSpinWait();
      }
      window.close();
      storer.join();
      assertThat(thrown.get()).isInstanceOf(StorageException.class).hasMessageContaining("closed");
    }
  }

  @Test
  void anInterruptedThreadMapsStoresAndSyncs() throws Exception {
    Files.write(path, new byte[BLOCK]);
    Thread.currentThread().interrupt();
    try (MappedWindow window = files.map(path, 0, BLOCK)) {
      window.store(0, bytes(1, 1), 0, 1);
      window.sync(0, 1);
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 1);
  }
}
