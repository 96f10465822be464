// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.seawall.io.FileSystem.OpenMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a file does on every real backend that this machine has.
final class RealFileTest {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private final Arena arena = Arena.ofShared();
  @TempDir Path directory;

  @AfterEach
  void closeArena() {
    arena.close();
  }

  @ParameterizedTest
  @EnumSource
  void submittedWritesAreReadBackAfterPolling(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.CREATE, queue)) {
      IoTicket first = new IoTicket();
      IoTicket second = new IoTicket();
      file.submitWrite(first, 0, blocks(2, 'a'));
      file.submitDurableWrite(second, 2 * BLOCK, blocks(1, 'b'));
      assertThat(first.isInFlight()).isTrue();
      assertThat(queue.inFlight()).isEqualTo(2);
      assertThat(queue.await() + queue.await()).isEqualTo(2);
      assertThat(first.isDone()).isTrue();
      assertThat(first.failure()).isNull();
      assertThat(second.failure()).isNull();
      assertThat(queue.await()).isZero();
      file.submitSync(first);
      assertThat(queue.await()).isEqualTo(1);
      assertThat(first.failure()).isNull();
      assertThat(file.size()).isEqualTo(3 * BLOCK);

      MemorySegment target = arena.allocate(10);
      assertThat(file.read(2 * BLOCK - 5, target)).isEqualTo(10);
      assertThat(text(target)).isEqualTo("aaaaabbbbb");
    }
    assertThat(Files.size(path)).isEqualTo(3 * BLOCK);
  }

  /// A log's last block is written through the page cache for those who do not wait, and past it
  /// for those who do, in turns: whoever wrote last is what is read.
  @ParameterizedTest
  @EnumSource
  void cachedAndDurableWritesOfOneBlockTakeTurns(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      MemorySegment target = arena.allocate(2 * BLOCK);
      for (int turn = 0; turn < 20; turn++) {
        long position = turn / 2L * BLOCK;
        MemorySegment now = blocks(2, (char) ('a' + turn));
        if (turn % 2 == 0) {
          file.submitCachedWrite(ticket, position, now);
        } else {
          file.submitDurableWrite(ticket, position, now);
        }
        assertThat(queue.await()).isEqualTo(1);
        assertThat(ticket.failure()).isNull();
        assertThat(file.read(position, target)).isEqualTo(2 * BLOCK);
        assertThat(target.mismatch(now)).isEqualTo(-1);
      }
      file.sync();
    }
    byte[] bytes = Files.readAllBytes(path);
    assertThat(bytes).hasSize(11 * BLOCK);
    for (int block = 0; block < 10; block++) {
      assertThat(bytes[block * BLOCK]).isEqualTo((byte) ('a' + 2 * block + 1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void readStopsAtTheEndAndTakesAnyMemory(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    Files.writeString(path, "0123456789");
    try (Arena confined = Arena.ofConfined();
        IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.READ, queue)) {
      MemorySegment heap = MemorySegment.ofArray(new byte[20]);
      assertThat(file.read(7, heap)).isEqualTo(3);
      assertThat(text(heap.asSlice(0, 3))).isEqualTo("789");
      MemorySegment own = confined.allocate(4);
      assertThat(file.read(1, own)).isEqualTo(4);
      assertThat(text(own)).isEqualTo("1234");
      assertThat(file.read(10, own)).isZero();
      assertThat(file.read(1000, own)).isZero();
      assertThat(file.read(0, own.asSlice(0, 0))).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void misalignedRequestsAreRefusedAndPoisonNothing(Backend backend) throws Exception {
    FileSystem files = files(backend);
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(directory.resolve("a"), OpenMode.CREATE, queue)) {
      MemorySegment memory = blocks(2, 'x');
      IoTicket ticket = new IoTicket();
      assertThatThrownBy(() -> file.write(512, memory))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("512");
      assertThatThrownBy(() -> file.write(0, memory.asSlice(0, 100)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("100");
      assertThatThrownBy(() -> file.submitWrite(ticket, 0, memory.asSlice(8, BLOCK)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.write(-BLOCK, memory))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.write(0, memory.asSlice(0, 0)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.write(0, MemorySegment.ofArray(new byte[BLOCK])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("off-heap");
      assertThat(ticket.isInFlight()).isFalse();
      file.write(0, memory);
      file.sync();
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoWritesInFlightThatShareABlockAreAnAssertionError(Backend backend) throws Exception {
    FileSystem files = files(backend);
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(directory.resolve("a"), OpenMode.CREATE, queue)) {
      file.submitWrite(new IoTicket(), 0, blocks(2, 'x'));
      IoTicket ticket = new IoTicket();
      assertThatThrownBy(() -> file.submitWrite(ticket, BLOCK, blocks(1, 'y')))
          .isInstanceOf(AssertionError.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTicketInFlightCannotBeSubmittedAgain(Backend backend) throws Exception {
    FileSystem files = files(backend);
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(directory.resolve("a"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 'x'));
      assertThatThrownBy(() -> file.submitSync(ticket)).isInstanceOf(IllegalStateException.class);
      queue.await();
      file.submitSync(ticket);
      assertThat(queue.await()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void truncateCutsToAnyLengthAndNeverExtends(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.CREATE, queue)) {
      file.write(0, blocks(2, 'x'));
      assertThatThrownBy(() -> file.truncate(2 * BLOCK + 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
      file.truncate(5000);
      file.sync();
      assertThat(Files.size(path)).isEqualTo(5000);
      file.write(BLOCK, blocks(1, 'y'));
      assertThat(file.size()).isEqualTo(2 * BLOCK);
    }
  }

  @ParameterizedTest
  @EnumSource
  void openModesAreKept(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    try (IoQueue queue = files.newQueue()) {
      for (OpenMode mode : new OpenMode[] {OpenMode.READ, OpenMode.WRITE}) {
        assertThatThrownBy(() -> files.open(path, mode, queue))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("no such file");
      }
      files.open(path, OpenMode.CREATE, queue).close();
      assertThatThrownBy(() -> files.open(path, OpenMode.CREATE, queue))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("exists");
      try (StorageFile file = files.open(path, OpenMode.READ, queue)) {
        assertThatThrownBy(() -> file.write(0, blocks(1, 'x')))
            .isInstanceOf(IllegalStateException.class);
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @EnumSource
  void aClosedFileFailsThroughTheTicketAndCloseIsIdempotent(Backend backend) throws Exception {
    FileSystem files = files(backend);
    try (IoQueue queue = files.newQueue()) {
      StorageFile file = files.open(directory.resolve("a"), OpenMode.CREATE, queue);
      file.close();
      file.close();
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 'x'));
      queue.poll();
      assertThat(ticket.failure()).isNotNull().hasMessageContaining("closed");
      assertThatThrownBy(() -> file.read(0, arena.allocate(1)))
          .isInstanceOf(StorageException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptedReadersGetTheirBytesAndCloseNothing(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path path = directory.resolve("a");
    Files.writeString(path, "0123456789");
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, OpenMode.READ, queue)) {
      MemorySegment target = arena.allocate(10);
      Thread.currentThread().interrupt();
      assertThat(file.read(0, target)).isEqualTo(10);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(file.read(0, target)).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptedWritersKeepTheFileWhereTheCallerMayLead(Backend backend) throws Exception {
    FileSystem files = files(backend);
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(directory.resolve("a"), OpenMode.CREATE, queue)) {
      assertThat(queue.callerMayLead()).isEqualTo(!files.backend().equals("channel"));
      MemorySegment memory = blocks(1, 'x');
      if (queue.callerMayLead()) {
        Thread.currentThread().interrupt();
        IoTicket ticket = new IoTicket();
        file.submitDurableWrite(ticket, 0, memory);
        queue.await();
        file.sync();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ticket.failure()).isNull();
      } else {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> file.write(0, memory))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> file.read(0, memory))
            .hasMessageContaining("an earlier write failed");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void renamedFilesGoOnUnderTheirNewName(Backend backend) throws Exception {
    FileSystem files = files(backend);
    Path from = directory.resolve("from");
    Path to = directory.resolve("to");
    Files.writeString(to, "old");
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(from, OpenMode.CREATE, queue)) {
      file.write(0, blocks(1, 'x'));
      files.rename(from, to);
      files.syncDirectory(directory);
      file.write(BLOCK, blocks(1, 'y'));
      assertThat(file.read(BLOCK, arena.allocate(1))).isEqualTo(1);
      assertThat(file.path()).isEqualTo(from);
    }
    assertThat(Files.size(to)).isEqualTo(2 * BLOCK);
    assertThat(files.status(from).isMissing()).isTrue();
  }

  private static FileSystem files(Backend backend) {
    try {
      return SystemMachine.open(backend).files();
    } catch (StorageException e) {
      return abort(backend + " is not to be had here: " + e.getMessage());
    }
  }

  private MemorySegment blocks(int count, char content) {
    return arena.allocate((long) count * BLOCK, BLOCK).fill((byte) content);
  }

  private static String text(MemorySegment bytes) {
    return new String(
        bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
        java.nio.charset.StandardCharsets.UTF_8);
  }
}
