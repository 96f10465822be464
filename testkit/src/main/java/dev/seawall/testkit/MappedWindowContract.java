// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/// What every [MappedWindow] does, line by line, for any test framework. What survives a death is
/// tried on the simulated machine and, for the death of a process, by killing one.
public final class MappedWindowContract {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private static final List<ContractLine> LINES =
      List.of(
          line(
              "whatIsStoredIsSeenThroughTheWindowAndTheFile",
              MappedWindowContract::whatIsStoredIsSeenThroughTheWindowAndTheFile),
          line(
              "storesHaveAnyAlignmentLengthAndMemory",
              MappedWindowContract::storesHaveAnyAlignmentLengthAndMemory),
          line(
              "aWindowBeginsWhereItWasAskedTo",
              MappedWindowContract::aWindowBeginsWhereItWasAskedTo),
          line(
              "whatWasWrittenBeforeIsInTheWindowAndWhatWasStoredStaysAfterIt",
              MappedWindowContract::whatWasWrittenBeforeIsInTheWindowAndWhatWasStoredStaysAfterIt),
          line(
              "touchingAndSyncingAnyRangeChangeNothing",
              MappedWindowContract::touchingAndSyncingAnyRangeChangeNothing),
          line(
              "aRangeOverTheEndIsRefusedAndFailsNothing",
              MappedWindowContract::aRangeOverTheEndIsRefusedAndFailsNothing),
          line(
              "aWindowNeedsAFileAndWholeBlocksInsideIt",
              MappedWindowContract::aWindowNeedsAFileAndWholeBlocksInsideIt),
          line(
              "aClosedWindowFailsAndClosesAgain",
              MappedWindowContract::aClosedWindowFailsAndClosesAgain),
          line(
              "aRenamedFileGoesOnUnderItsWindow",
              MappedWindowContract::aRenamedFileGoesOnUnderItsWindow));

  private final Arena arena = Arena.ofAuto();
  private final FileSystem files;
  private final Path path;

  private MappedWindowContract(FileSystem files, Path directory) {
    this.files = files;
    this.path = directory.resolve("f");
  }

  /// Returns the lines, each to be checked with an empty directory of its own.
  public static List<ContractLine> lines() {
    return LINES;
  }

  private interface Check {
    void run(MappedWindowContract contract) throws Exception;
  }

  private static ContractLine line(String name, Check check) {
    return new ContractLine(
        name,
        (machine, directory) -> check.run(new MappedWindowContract(machine.files(), directory)));
  }

  private MemorySegment bytes(long count, int value) {
    return arena.allocate(count, BLOCK).fill((byte) value);
  }

  /// Writes a file of some blocks, all of one value, syncs and closes it.
  private void written(int blocks, int value) throws IOException {
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.CREATE, queue)) {
      file.write(0, bytes((long) blocks * BLOCK, value));
      file.sync();
    }
  }

  private String load(MappedWindow window, long at, int length) throws IOException {
    MemorySegment target = arena.allocate(length + 2L).fill((byte) 9);
    window.load(at, target, 1, length);
    return text(target.asSlice(1, length));
  }

  private String read(Path from, long position, int length) throws IOException {
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(from, OpenMode.READ, queue)) {
      MemorySegment target = arena.allocate(length);
      Expect.equal(length, file.read(position, target));
      return text(target);
    }
  }

  private static String text(MemorySegment bytes) {
    StringBuilder text = new StringBuilder();
    for (long i = 0; i < bytes.byteSize(); i++) {
      text.append(bytes.get(ValueLayout.JAVA_BYTE, i));
    }
    return text.toString();
  }

  void whatIsStoredIsSeenThroughTheWindowAndTheFile() throws IOException {
    written(3, 0);
    try (MappedWindow window = files.map(path, 0, 3 * BLOCK)) {
      Expect.equal(path, window.path());
      Expect.equal(3 * BLOCK, window.byteSize());
      window.store(BLOCK - 2, bytes(4, 7), 0, 4);
      Expect.equal("077770", load(window, BLOCK - 3, 6));
      Expect.equal("077770", read(path, BLOCK - 3, 6), "seen by a reader of the file, at once");
      window.sync(BLOCK - 2, 4);
      Expect.equal("077770", read(path, BLOCK - 3, 6));
    }
  }

  void storesHaveAnyAlignmentLengthAndMemory() throws IOException {
    written(40, 0);
    try (MappedWindow window = files.map(path, 0, 40 * BLOCK)) {
      MemorySegment heap = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5});
      window.store(3, heap, 1, 3);
      Expect.equal("02340", load(window, 2, 5));
      window.store(BLOCK, heap, 5, 0);
      long length = 39L * BLOCK - 10;
      window.store(5, bytes(length + 20, 6), 20, length);
      Expect.equal("02366", load(window, 2, 5));
      Expect.equal("660", load(window, 5 + length - 2, 3));
    }
  }

  void aWindowBeginsWhereItWasAskedTo() throws IOException {
    written(4, 1);
    try (MappedWindow window = files.map(path, 2 * BLOCK, BLOCK)) {
      Expect.equal(2 * BLOCK, window.position());
      window.store(0, bytes(BLOCK, 2), 0, BLOCK);
      window.sync(0, BLOCK);
    }
    Expect.equal("12", read(path, 2 * BLOCK - 1, 2));
    Expect.equal("21", read(path, 3 * BLOCK - 1, 2));
  }

  void whatWasWrittenBeforeIsInTheWindowAndWhatWasStoredStaysAfterIt() throws IOException {
    written(2, 5);
    try (MappedWindow window = files.map(path, 0, 2 * BLOCK)) {
      Expect.equal("55", load(window, BLOCK - 1, 2));
      window.store(BLOCK, bytes(1, 6), 0, 1);
    }
    Expect.equal("565", read(path, BLOCK - 1, 3));
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.WRITE, queue)) {
      file.write(0, bytes(BLOCK, 8));
      file.sync();
    }
    try (MappedWindow window = files.map(path, 0, 2 * BLOCK)) {
      Expect.equal("8865", load(window, BLOCK - 2, 4));
    }
  }

  void touchingAndSyncingAnyRangeChangeNothing() throws IOException {
    written(4, 3);
    try (MappedWindow window = files.map(path, 0, 4 * BLOCK)) {
      window.touch(0, 4 * BLOCK);
      window.touch(BLOCK + 5, 1);
      window.touch(7, 0);
      window.sync(BLOCK - 1, 2);
      window.sync(5, 0);
      window.sync(0, 4 * BLOCK);
      for (int block = 0; block < 4; block++) {
        Expect.equal("3333", load(window, (long) block * BLOCK, 4));
        Expect.equal("33", load(window, (long) block * BLOCK + BLOCK - 2, 2));
      }
    }
  }

  void aRangeOverTheEndIsRefusedAndFailsNothing() throws IOException {
    written(2, 1);
    try (MappedWindow window = files.map(path, 0, BLOCK)) {
      MemorySegment some = bytes(10, 2);
      refused(() -> window.store(BLOCK - 9, some, 0, 10));
      refused(() -> window.store(-1, some, 0, 1));
      refused(() -> window.store(0, some, 5, 6));
      refused(() -> window.load(BLOCK, some, 0, 1));
      refused(() -> window.load(0, some, 1, 10));
      refused(() -> window.touch(BLOCK, 1));
      refused(() -> window.sync(1, BLOCK));
      refused(() -> window.sync(0, -1));
      window.store(BLOCK - 10, some, 0, 10);
      Expect.equal("122", load(window, BLOCK - 11, 3));
    }
    Expect.equal("2211", read(path, BLOCK - 2, 4));
  }

  private static void refused(Expect.Action action) {
    Expect.thrown(IndexOutOfBoundsException.class, action);
  }

  void aWindowNeedsAFileAndWholeBlocksInsideIt() throws IOException {
    Expect.thrown(StorageException.class, () -> files.map(path, 0, BLOCK));
    written(2, 1);
    for (long[] wrong :
        new long[][] {{0, 0}, {0, 100}, {1, BLOCK}, {-BLOCK, BLOCK}, {BLOCK, 2L * BLOCK}}) {
      Expect.thrown(IllegalArgumentException.class, () -> files.map(path, wrong[0], wrong[1]));
    }
    files.map(path, BLOCK, BLOCK).close();
  }

  void aClosedWindowFailsAndClosesAgain() throws IOException {
    written(1, 1);
    MappedWindow window = files.map(path, 0, BLOCK);
    window.close();
    window.close();
    Expect.thrown(StorageException.class, () -> window.store(0, bytes(1, 2), 0, 1));
    Expect.thrown(StorageException.class, () -> window.load(0, bytes(1, 2), 0, 1));
    Expect.thrown(StorageException.class, () -> window.sync(0, 1));
    Expect.thrown(StorageException.class, () -> window.touch(0, 1));
    Expect.equal("11", read(path, 0, 2));
  }

  void aRenamedFileGoesOnUnderItsWindow() throws IOException {
    written(1, 1);
    Path renamed = path.resolveSibling("g");
    try (MappedWindow window = files.map(path, 0, BLOCK)) {
      files.rename(path, renamed);
      window.store(0, bytes(1, 2), 0, 1);
      window.sync(0, 1);
    }
    Expect.equal("21", read(renamed, 0, 2));
  }
}
