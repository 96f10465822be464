// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [FileSystem], [StorageFile], [IoQueue] and [DirectoryLock] does, line by line: a
/// JUnit suite to extend.
///
/// Run it with assertions on (`-ea`): two writes in flight to one block are an assertion error.
/// What survives a death cannot be tried on a real machine in a unit test; `testkit` tries it on
/// the simulated one.
public abstract class StorageContract {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private final Arena arena = Arena.ofAuto();

  /// For subclasses.
  protected StorageContract() {}

  /// Returns the file system under test.
  protected abstract FileSystem files();

  /// Returns a directory that exists and is empty at the beginning of each test.
  protected abstract Path directory();

  private Path path(String name) {
    return directory().resolve(name);
  }

  private MemorySegment blocks(int count, int value) {
    return arena.allocate((long) count * BLOCK, BLOCK).fill((byte) value);
  }

  private StorageFile create(String name) throws IOException {
    return files().open(path(name), OpenMode.CREATE, files().newQueue());
  }

  private String read(StorageFile file, long position, int length) throws IOException {
    MemorySegment target = arena.allocate(Math.max(1, length)).asSlice(0, length);
    int read = file.read(position, target);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < read; i++) {
      text.append(target.get(ValueLayout.JAVA_BYTE, i));
    }
    return text.toString();
  }

  private static void finish(IoQueue queue, IoTicket ticket) {
    while (!ticket.isDone()) {
      assertTrue(queue.await() > 0, "await ended nothing while an operation is in flight");
    }
  }

  // ---- files

  @Test
  void aNewFileIsEmptyAndGrowsWithWrites() throws IOException {
    try (StorageFile file = create("f")) {
      assertEquals(0, file.size());
      assertEquals(path("f"), file.path());
      file.write(0, blocks(1, 1));
      assertEquals(BLOCK, file.size());
      file.write(2 * BLOCK, blocks(1, 2));
      assertEquals(3 * BLOCK, file.size());
      assertEquals("00", read(file, BLOCK, 2), "a hole reads as zeros");
    }
  }

  @Test
  void readsHaveAnyAlignmentAndStopAtTheEnd() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(1, 1));
      file.write(BLOCK, blocks(1, 2));
      assertEquals("112", read(file, BLOCK - 2, 3));
      assertEquals("22", read(file, 2 * BLOCK - 2, 5));
      assertEquals("", read(file, 2 * BLOCK, 5));
      assertEquals("", read(file, 100 * BLOCK, 5));
      assertThrows(IllegalArgumentException.class, () -> read(file, -1, 1));
    }
  }

  @Test
  void whatWasWrittenIsReadByAnotherOpenFile() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(2, 7));
      file.sync();
    }
    try (StorageFile file = files().open(path("f"), OpenMode.READ, files().newQueue())) {
      assertEquals(2 * BLOCK, file.size());
      assertEquals("77", read(file, 4095, 2));
    }
  }

  @Test
  void submittedOperationsReportThroughTheirTickets() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 1));
      assertTrue(ticket.isInFlight(), "nothing is done before it is polled");
      assertEquals(1, queue.inFlight());
      finish(queue, ticket);
      assertNull(ticket.failure());
      assertEquals(0, queue.inFlight());
      file.submitDurableWrite(ticket, BLOCK, blocks(1, 2));
      finish(queue, ticket);
      assertNull(ticket.failure());
      file.submitSync(ticket);
      finish(queue, ticket);
      assertNull(ticket.failure());
      assertEquals("12", read(file, BLOCK - 1, 2));
    }
  }

  @Test
  void aTicketInFlightIsNotTakenAgain() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 1));
      assertThrows(
          IllegalStateException.class, () -> file.submitWrite(ticket, BLOCK, blocks(1, 1)));
      finish(queue, ticket);
    }
  }

  @Test
  void writesInFlightToDifferentBlocksAllEnd() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      List<IoTicket> tickets = List.of(new IoTicket(), new IoTicket(), new IoTicket());
      for (int i = 0; i < tickets.size(); i++) {
        file.submitWrite(tickets.get(i), (long) i * BLOCK, blocks(1, i + 1));
      }
      assertEquals(3, queue.inFlight());
      tickets.forEach(ticket -> finish(queue, ticket));
      assertEquals("12", read(file, BLOCK - 1, 2));
      assertEquals("23", read(file, 2 * BLOCK - 1, 2));
      assertEquals(0, queue.poll());
    }
  }

  @Test
  void twoWritesInFlightToOneBlockAreAnAssertionError() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(2, 1));
      assertThrows(
          AssertionError.class, () -> file.submitWrite(new IoTicket(), BLOCK, blocks(1, 2)));
      finish(queue, ticket);
    }
  }

  @Test
  void unalignedOnHeapOrEmptyWritesAreRefusedAndPoisonNothing() throws IOException {
    MemorySegment shifted = arena.allocate(2 * BLOCK, BLOCK).asSlice(512, BLOCK);
    try (StorageFile file = create("f")) {
      refused(file, 1, blocks(1, 1));
      refused(file, -BLOCK, blocks(1, 1));
      refused(file, 0, blocks(1, 1).asSlice(0, 100));
      refused(file, 0, blocks(1, 1).asSlice(0, 0));
      refused(file, 0, shifted);
      refused(file, 0, MemorySegment.ofArray(new byte[BLOCK]));
      file.write(0, blocks(1, 1));
    }
  }

  private static void refused(StorageFile file, long position, MemorySegment source) {
    assertThrows(IllegalArgumentException.class, () -> file.write(position, source));
    assertThrows(
        IllegalArgumentException.class, () -> file.submitWrite(new IoTicket(), position, source));
  }

  @Test
  void aFileOpenedForReadingRefusesEveryChange() throws IOException {
    create("f").close();
    try (StorageFile file = files().open(path("f"), OpenMode.READ, files().newQueue())) {
      assertThrows(IllegalStateException.class, () -> file.write(0, blocks(1, 1)));
      assertThrows(IllegalStateException.class, file::sync);
      assertThrows(IllegalStateException.class, () -> file.truncate(0));
      assertThrows(
          IllegalStateException.class, () -> file.submitWrite(new IoTicket(), 0, blocks(1, 1)));
    }
  }

  @Test
  void aClosedFileFailsInTheTicketAndInTheVerbs() throws IOException {
    IoQueue queue = files().newQueue();
    StorageFile file = files().open(path("f"), OpenMode.CREATE, queue);
    file.close();
    file.close();
    IoTicket ticket = new IoTicket();
    file.submitWrite(ticket, 0, blocks(1, 1));
    finish(queue, ticket);
    assertNotNull(ticket.failure());
    assertThrows(StorageException.class, () -> file.write(0, blocks(1, 1)));
    assertThrows(StorageException.class, () -> read(file, 0, 1));
    queue.close();
  }

  @Test
  void truncationCutsAndTheNextWriteFillsTheBlockAgain() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(3, 1));
      file.truncate(BLOCK + 10);
      assertEquals(BLOCK + 10, file.size());
      assertEquals("11", read(file, BLOCK + 8, 5));
      file.write(2 * BLOCK, blocks(1, 2));
      assertEquals("1100", read(file, BLOCK + 8, 4), "what was cut reads as zeros");
      file.truncate(100);
      file.write(0, blocks(1, 3));
      assertEquals(BLOCK, file.size());
      file.truncate(0);
      file.sync();
      assertEquals(0, file.size());
      assertThrows(IllegalArgumentException.class, () -> file.truncate(1));
      assertThrows(IllegalArgumentException.class, () -> file.truncate(-1));
    }
  }

  @Test
  void openingNeedsAFileAndCreatingNeedsNone() throws IOException {
    IoQueue queue = files().newQueue();
    assertThrows(StorageException.class, () -> files().open(path("missing"), OpenMode.READ, queue));
    assertThrows(
        StorageException.class, () -> files().open(path("missing"), OpenMode.WRITE, queue));
    create("f").close();
    assertThrows(StorageException.class, () -> files().open(path("f"), OpenMode.CREATE, queue));
    assertThrows(
        StorageException.class,
        () -> files().open(path("no").resolve("f"), OpenMode.CREATE, queue));
    queue.close();
  }

  // ---- queues

  @Test
  void anIdleQueueNeverBlocks() {
    try (IoQueue queue = files().newQueue()) {
      assertEquals(0, queue.poll());
      assertEquals(0, queue.await());
      assertEquals(0, queue.inFlight());
      assertTrue(queue.depth() >= 1);
    }
  }

  @Test
  void closingAQueueEndsWhatIsInFlight() throws IOException {
    IoQueue queue = files().newQueue();
    try (StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 5));
      queue.close();
      assertTrue(ticket.isDone());
      assertEquals("5", read(file, 0, 1));
    }
    queue.close();
  }

  // ---- directories

  @Test
  void statusTellsWhatStandsAtAPath() throws IOException {
    assertTrue(files().status(path("f")).isMissing());
    try (StorageFile file = create("f")) {
      file.write(0, blocks(1, 1));
    }
    assertEquals(new FileStatus(FileStatus.Kind.FILE, BLOCK, 1), files().status(path("f")));
    assertEquals(FileStatus.Kind.DIRECTORY, files().status(directory()).kind());
    assertFalse(files().backend().isBlank());
    assertTrue(files().usableBytes(directory()) >= 0);
  }

  @Test
  void directoriesAreCreatedWithTheirParentsAndListed() throws IOException {
    Path deep = path("a").resolve("b");
    files().createDirectories(deep);
    files().createDirectories(deep);
    create("f").close();
    assertEquals(Set.of("a", "f"), Set.copyOf(files().list(directory())));
    assertEquals(List.of(), files().list(deep));
    assertThrows(StorageException.class, () -> files().createDirectories(path("f")));
    assertThrows(StorageException.class, () -> files().list(path("missing")));
  }

  @Test
  void renameReplacesAndKeepsTheOpenFile() throws IOException {
    try (StorageFile old = create("old");
        StorageFile other = create("other")) {
      old.write(0, blocks(1, 1));
      other.write(0, blocks(1, 2));
      files().rename(path("old"), path("other"));
      old.write(0, blocks(1, 3));
      files().syncDirectory(directory());
    }
    assertEquals(List.of("other"), files().list(directory()));
    try (StorageFile file = files().open(path("other"), OpenMode.READ, files().newQueue())) {
      assertEquals("3", read(file, 0, 1));
    }
    assertThrows(StorageException.class, () -> files().rename(path("missing"), path("f")));
  }

  @Test
  void deletionNeedsAName() throws IOException {
    create("f").close();
    files().delete(path("f"));
    assertTrue(files().status(path("f")).isMissing());
    assertThrows(StorageException.class, () -> files().delete(path("f")));
    create("f").close();
  }

  @Test
  void syncingAMissingDirectoryFails() throws IOException {
    files().syncDirectory(directory());
    assertThrows(StorageException.class, () -> files().syncDirectory(path("missing")));
  }

  // ---- locks

  @Test
  void aSecondOwnerIsToldWhoHoldsTheDirectoryAndDoesNotFreeIt() throws IOException {
    try (DirectoryLock lock = files().lock(directory())) {
      for (int i = 0; i < 2; i++) {
        LockHeldException held =
            assertThrows(LockHeldException.class, () -> files().lock(directory()));
        assertFalse(held.holder().isBlank());
        lock.verifyHeld();
      }
    }
    files().lock(directory()).close();
  }

  @Test
  void aLockThatWasGivenBackIsNotHeld() throws IOException {
    DirectoryLock lock = files().lock(directory());
    lock.close();
    lock.close();
    assertThrows(StorageException.class, lock::verifyHeld);
  }

  @Test
  void aDeletedOrReplacedLockFileIsNoticed() throws IOException {
    try (DirectoryLock lock = files().lock(directory())) {
      files().delete(path("LOCK"));
      assertThrows(StorageException.class, lock::verifyHeld);
      create("LOCK").close();
      assertThrows(StorageException.class, lock::verifyHeld);
      assertThrows(LockHeldException.class, () -> files().lock(directory()));
    }
  }

  @Test
  void lockingAMissingDirectoryFails() {
    assertThrows(StorageException.class, () -> files().lock(path("missing")));
  }
}
