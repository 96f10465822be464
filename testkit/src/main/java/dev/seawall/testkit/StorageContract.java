// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

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
import java.util.stream.Stream;

/// What every [FileSystem], [StorageFile], [IoQueue] and [DirectoryLock] does, line by line, for
/// any test framework.
///
/// Run it with assertions on (`-ea`): two writes in flight to one block are an assertion error.
/// What survives a death cannot be tried on a real machine in a unit test; `testkit` tries it on
/// the simulated one.
public final class StorageContract {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private static final List<ContractLine> LINES =
      List.of(
          line(
              "aNewFileIsEmptyAndGrowsWithWrites",
              StorageContract::aNewFileIsEmptyAndGrowsWithWrites),
          line(
              "readsHaveAnyAlignmentAndStopAtTheEnd",
              StorageContract::readsHaveAnyAlignmentAndStopAtTheEnd),
          line(
              "whatWasWrittenIsReadByAnotherOpenFile",
              StorageContract::whatWasWrittenIsReadByAnotherOpenFile),
          line(
              "aBlockingDurableWriteIsDoneWhenItReturns",
              StorageContract::aBlockingDurableWriteIsDoneWhenItReturns),
          line(
              "submittedOperationsReportThroughTheirTickets",
              StorageContract::submittedOperationsReportThroughTheirTickets),
          line("aTicketInFlightIsNotTakenAgain", StorageContract::aTicketInFlightIsNotTakenAgain),
          line(
              "writesInFlightToDifferentBlocksAllEnd",
              StorageContract::writesInFlightToDifferentBlocksAllEnd),
          line(
              "farMoreOperationsThanTheDepthAllEndAndOneSyncCoversThem",
              StorageContract::farMoreOperationsThanTheDepthAllEndAndOneSyncCoversThem),
          line(
              "aFileClosedWithWritesInFlightHasThemAndTheQueueTells",
              StorageContract::aFileClosedWithWritesInFlightHasThemAndTheQueueTells),
          line(
              "twoWritesInFlightToOneBlockAreAnAssertionError",
              StorageContract::twoWritesInFlightToOneBlockAreAnAssertionError),
          line(
              "unalignedOnHeapOrEmptyWritesAreRefusedAndPoisonNothing",
              StorageContract::unalignedOnHeapOrEmptyWritesAreRefusedAndPoisonNothing),
          line(
              "aFileOpenedForReadingRefusesEveryChange",
              StorageContract::aFileOpenedForReadingRefusesEveryChange),
          line(
              "aClosedFileFailsInTheTicketAndInTheVerbs",
              StorageContract::aClosedFileFailsInTheTicketAndInTheVerbs),
          line(
              "truncationCutsAndTheNextWriteFillsTheBlockAgain",
              StorageContract::truncationCutsAndTheNextWriteFillsTheBlockAgain),
          line(
              "openingNeedsAFileAndCreatingNeedsNone",
              StorageContract::openingNeedsAFileAndCreatingNeedsNone),
          line("anIdleQueueNeverBlocks", StorageContract::anIdleQueueNeverBlocks),
          line("closingAQueueEndsWhatIsInFlight", StorageContract::closingAQueueEndsWhatIsInFlight),
          line("statusTellsWhatStandsAtAPath", StorageContract::statusTellsWhatStandsAtAPath),
          line(
              "directoriesAreCreatedWithTheirParentsAndListed",
              StorageContract::directoriesAreCreatedWithTheirParentsAndListed),
          line(
              "renameReplacesAndKeepsTheOpenFile",
              StorageContract::renameReplacesAndKeepsTheOpenFile),
          line("deletionNeedsAName", StorageContract::deletionNeedsAName),
          line("syncingAMissingDirectoryFails", StorageContract::syncingAMissingDirectoryFails),
          line(
              "aSecondOwnerIsToldWhoHoldsTheDirectoryAndDoesNotFreeIt",
              StorageContract::aSecondOwnerIsToldWhoHoldsTheDirectoryAndDoesNotFreeIt),
          line("aLockThatWasGivenBackIsNotHeld", StorageContract::aLockThatWasGivenBackIsNotHeld),
          line(
              "aDeletedOrReplacedLockFileIsNoticed",
              StorageContract::aDeletedOrReplacedLockFileIsNoticed),
          line("lockingAMissingDirectoryFails", StorageContract::lockingAMissingDirectoryFails));

  private final Arena arena = Arena.ofAuto();
  private final FileSystem files;
  private final Path directory;

  private StorageContract(FileSystem files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /// Returns the lines, each to be checked with an empty directory of its own.
  public static List<ContractLine> lines() {
    return LINES;
  }

  private interface Check {
    void run(StorageContract contract) throws Exception;
  }

  private static ContractLine line(String name, Check check) {
    return new ContractLine(
        name, (machine, directory) -> check.run(new StorageContract(machine.files(), directory)));
  }

  private FileSystem files() {
    return files;
  }

  private Path directory() {
    return directory;
  }

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
      Expect.that(queue.await() > 0, "await ends an operation in flight");
    }
  }

  // ---- files

  void aNewFileIsEmptyAndGrowsWithWrites() throws IOException {
    try (StorageFile file = create("f")) {
      Expect.equal(0, file.size());
      Expect.equal(path("f"), file.path());
      file.write(0, blocks(1, 1));
      Expect.equal(BLOCK, file.size());
      file.write(2 * BLOCK, blocks(1, 2));
      Expect.equal(3 * BLOCK, file.size());
      Expect.equal("00", read(file, BLOCK, 2), "a hole reads as zeros");
    }
  }

  void readsHaveAnyAlignmentAndStopAtTheEnd() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(1, 1));
      file.write(BLOCK, blocks(1, 2));
      Expect.equal("112", read(file, BLOCK - 2, 3));
      Expect.equal("22", read(file, 2 * BLOCK - 2, 5));
      Expect.equal("", read(file, 2 * BLOCK, 5));
      Expect.equal("", read(file, 100 * BLOCK, 5));
      Expect.thrown(IllegalArgumentException.class, () -> read(file, -1, 1));
    }
  }

  void whatWasWrittenIsReadByAnotherOpenFile() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(2, 7));
      file.sync();
    }
    try (StorageFile file = files().open(path("f"), OpenMode.READ, files().newQueue())) {
      Expect.equal(2 * BLOCK, file.size());
      Expect.equal("77", read(file, 4095, 2));
    }
  }

  void aBlockingDurableWriteIsDoneWhenItReturns() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 1));
      file.writeDurably(BLOCK, blocks(2, 2));
      Expect.equal(3 * BLOCK, file.size());
      Expect.equal("22", read(file, 2 * BLOCK - 1, 2));
      Expect.thrown(AssertionError.class, () -> file.writeDurably(0, blocks(1, 3)));
      Expect.thrown(IllegalArgumentException.class, () -> file.writeDurably(1, blocks(1, 3)));
      finish(queue, ticket);
    }
  }

  void submittedOperationsReportThroughTheirTickets() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 1));
      Expect.that(ticket.isInFlight(), "nothing is done before it is polled");
      Expect.equal(1, queue.inFlight());
      finish(queue, ticket);
      Expect.equal(null, ticket.failure());
      Expect.equal(0, queue.inFlight());
      file.submitDurableWrite(ticket, BLOCK, blocks(1, 2));
      finish(queue, ticket);
      Expect.equal(null, ticket.failure());
      file.submitSync(ticket);
      finish(queue, ticket);
      Expect.equal(null, ticket.failure());
      Expect.equal("12", read(file, BLOCK - 1, 2));
    }
  }

  void aTicketInFlightIsNotTakenAgain() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 1));
      Expect.thrown(
          IllegalStateException.class, () -> file.submitWrite(ticket, BLOCK, blocks(1, 1)));
      finish(queue, ticket);
    }
  }

  void writesInFlightToDifferentBlocksAllEnd() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      List<IoTicket> tickets = List.of(new IoTicket(), new IoTicket(), new IoTicket());
      for (int i = 0; i < tickets.size(); i++) {
        file.submitWrite(tickets.get(i), (long) i * BLOCK, blocks(1, i + 1));
      }
      Expect.equal(3, queue.inFlight());
      tickets.forEach(ticket -> finish(queue, ticket));
      Expect.equal("12", read(file, BLOCK - 1, 2));
      Expect.equal("23", read(file, 2 * BLOCK - 1, 2));
      Expect.equal(0, queue.poll());
    }
  }

  void farMoreOperationsThanTheDepthAllEndAndOneSyncCoversThem() throws IOException {
    int count = 200;
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      List<IoTicket> tickets = Stream.generate(IoTicket::new).limit(count).toList();
      for (int i = 0; i < count; i++) {
        MemorySegment block = blocks(1, i % 9 + 1);
        if (i % 2 == 0) {
          file.submitWrite(tickets.get(i), (long) i * BLOCK, block);
        } else {
          file.submitDurableWrite(tickets.get(i), (long) i * BLOCK, block);
        }
      }
      Expect.equal(count, queue.inFlight());
      int told = 0;
      while (queue.inFlight() > 0) {
        told += queue.await();
      }
      Expect.equal(count, told);
      IoTicket sync = new IoTicket();
      file.submitSync(sync);
      finish(queue, sync);
      for (int i = 0; i < count; i++) {
        Expect.equal(null, tickets.get(i).failure());
        Expect.equal(String.valueOf(i % 9 + 1), read(file, (long) i * BLOCK + 77, 1));
      }
    }
  }

  void aFileClosedWithWritesInFlightHasThemAndTheQueueTells() throws IOException {
    try (IoQueue queue = files().newQueue()) {
      List<IoTicket> tickets = List.of(new IoTicket(), new IoTicket(), new IoTicket());
      try (StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
        for (int i = 0; i < tickets.size(); i++) {
          file.submitWrite(tickets.get(i), (long) i * BLOCK, blocks(1, i + 1));
        }
      }
      try (StorageFile again = files().open(path("f"), OpenMode.READ, queue)) {
        Expect.equal(3 * BLOCK, again.size());
        Expect.equal("23", read(again, 2 * BLOCK - 1, 2));
      }
      tickets.forEach(ticket -> finish(queue, ticket));
      tickets.forEach(ticket -> Expect.equal(null, ticket.failure()));
    }
  }

  void twoWritesInFlightToOneBlockAreAnAssertionError() throws IOException {
    try (IoQueue queue = files().newQueue();
        StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(2, 1));
      Expect.thrown(
          AssertionError.class, () -> file.submitWrite(new IoTicket(), BLOCK, blocks(1, 2)));
      finish(queue, ticket);
    }
  }

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
    Expect.thrown(IllegalArgumentException.class, () -> file.write(position, source));
    Expect.thrown(
        IllegalArgumentException.class, () -> file.submitWrite(new IoTicket(), position, source));
  }

  void aFileOpenedForReadingRefusesEveryChange() throws IOException {
    create("f").close();
    try (StorageFile file = files().open(path("f"), OpenMode.READ, files().newQueue())) {
      Expect.thrown(IllegalStateException.class, () -> file.write(0, blocks(1, 1)));
      Expect.thrown(IllegalStateException.class, file::sync);
      Expect.thrown(IllegalStateException.class, () -> file.truncate(0));
      Expect.thrown(
          IllegalStateException.class, () -> file.submitWrite(new IoTicket(), 0, blocks(1, 1)));
    }
  }

  void aClosedFileFailsInTheTicketAndInTheVerbs() throws IOException {
    IoQueue queue = files().newQueue();
    StorageFile file = files().open(path("f"), OpenMode.CREATE, queue);
    file.close();
    file.close();
    IoTicket ticket = new IoTicket();
    file.submitWrite(ticket, 0, blocks(1, 1));
    finish(queue, ticket);
    Expect.that(ticket.failure() != null, "a failure in the ticket");
    Expect.thrown(StorageException.class, () -> file.write(0, blocks(1, 1)));
    Expect.thrown(StorageException.class, () -> read(file, 0, 1));
    queue.close();
  }

  void truncationCutsAndTheNextWriteFillsTheBlockAgain() throws IOException {
    try (StorageFile file = create("f")) {
      file.write(0, blocks(3, 1));
      file.truncate(BLOCK + 10);
      Expect.equal(BLOCK + 10, file.size());
      Expect.equal("11", read(file, BLOCK + 8, 5));
      file.write(2 * BLOCK, blocks(1, 2));
      Expect.equal("1100", read(file, BLOCK + 8, 4), "what was cut reads as zeros");
      file.truncate(100);
      file.write(0, blocks(1, 3));
      Expect.equal(BLOCK, file.size());
      file.truncate(0);
      file.sync();
      Expect.equal(0, file.size());
      Expect.thrown(IllegalArgumentException.class, () -> file.truncate(1));
      Expect.thrown(IllegalArgumentException.class, () -> file.truncate(-1));
    }
  }

  void openingNeedsAFileAndCreatingNeedsNone() throws IOException {
    IoQueue queue = files().newQueue();
    Expect.thrown(
        StorageException.class, () -> files().open(path("missing"), OpenMode.READ, queue));
    Expect.thrown(
        StorageException.class, () -> files().open(path("missing"), OpenMode.WRITE, queue));
    create("f").close();
    Expect.thrown(StorageException.class, () -> files().open(path("f"), OpenMode.CREATE, queue));
    Expect.thrown(
        StorageException.class,
        () -> files().open(path("no").resolve("f"), OpenMode.CREATE, queue));
    queue.close();
  }

  // ---- queues

  void anIdleQueueNeverBlocks() {
    try (IoQueue queue = files().newQueue()) {
      Expect.equal(0, queue.poll());
      Expect.equal(0, queue.await());
      Expect.equal(0, queue.inFlight());
      Expect.that(queue.depth(1) >= 1, "a depth of 1 or more");
      Expect.that(queue.depth(64 << 20) >= queue.depth(1), "no less for longer writes");
    }
  }

  void closingAQueueEndsWhatIsInFlight() throws IOException {
    IoQueue queue = files().newQueue();
    try (StorageFile file = files().open(path("f"), OpenMode.CREATE, queue)) {
      IoTicket ticket = new IoTicket();
      file.submitWrite(ticket, 0, blocks(1, 5));
      queue.close();
      Expect.that(ticket.isDone(), "the ticket is done");
      Expect.equal("5", read(file, 0, 1));
    }
    queue.close();
  }

  // ---- directories

  void statusTellsWhatStandsAtAPath() throws IOException {
    Expect.that(files().status(path("f")).isMissing(), "f is missing");
    try (StorageFile file = create("f")) {
      file.write(0, blocks(1, 1));
    }
    Expect.equal(new FileStatus(FileStatus.Kind.FILE, BLOCK, 1), files().status(path("f")));
    Expect.equal(FileStatus.Kind.DIRECTORY, files().status(directory()).kind());
    Expect.that(!files().backend().isBlank(), "a name of the backend");
    Expect.that(files().usableBytes(directory()) >= 0, "usable bytes");
  }

  void directoriesAreCreatedWithTheirParentsAndListed() throws IOException {
    Path deep = path("a").resolve("b");
    files().createDirectories(deep);
    files().createDirectories(deep);
    create("f").close();
    Expect.equal(Set.of("a", "f"), Set.copyOf(files().list(directory())));
    Expect.equal(List.of(), files().list(deep));
    Expect.thrown(StorageException.class, () -> files().createDirectories(path("f")));
    Expect.thrown(StorageException.class, () -> files().list(path("missing")));
  }

  void renameReplacesAndKeepsTheOpenFile() throws IOException {
    try (StorageFile old = create("old");
        StorageFile other = create("other")) {
      old.write(0, blocks(1, 1));
      other.write(0, blocks(1, 2));
      files().rename(path("old"), path("other"));
      old.write(0, blocks(1, 3));
      files().syncDirectory(directory());
    }
    Expect.equal(List.of("other"), files().list(directory()));
    try (StorageFile file = files().open(path("other"), OpenMode.READ, files().newQueue())) {
      Expect.equal("3", read(file, 0, 1));
    }
    Expect.thrown(StorageException.class, () -> files().rename(path("missing"), path("f")));
  }

  void deletionNeedsAName() throws IOException {
    create("f").close();
    files().delete(path("f"));
    Expect.that(files().status(path("f")).isMissing(), "f is missing");
    Expect.thrown(StorageException.class, () -> files().delete(path("f")));
    create("f").close();
  }

  void syncingAMissingDirectoryFails() throws IOException {
    files().syncDirectory(directory());
    Expect.thrown(StorageException.class, () -> files().syncDirectory(path("missing")));
  }

  // ---- locks

  void aSecondOwnerIsToldWhoHoldsTheDirectoryAndDoesNotFreeIt() throws IOException {
    try (DirectoryLock lock = files().lock(directory())) {
      for (int i = 0; i < 2; i++) {
        LockHeldException held =
            Expect.thrown(LockHeldException.class, () -> files().lock(directory()));
        Expect.that(!held.holder().isBlank(), "a holder's name");
        lock.verifyHeld();
      }
    }
    files().lock(directory()).close();
  }

  void aLockThatWasGivenBackIsNotHeld() throws IOException {
    DirectoryLock lock = files().lock(directory());
    lock.close();
    lock.close();
    Expect.thrown(StorageException.class, lock::verifyHeld);
  }

  void aDeletedOrReplacedLockFileIsNoticed() throws IOException {
    try (DirectoryLock lock = files().lock(directory())) {
      files().delete(path("LOCK"));
      Expect.thrown(StorageException.class, lock::verifyHeld);
      create("LOCK").close();
      Expect.thrown(StorageException.class, lock::verifyHeld);
      Expect.thrown(LockHeldException.class, () -> files().lock(directory()));
    }
  }

  void lockingAMissingDirectoryFails() {
    Expect.thrown(StorageException.class, () -> files().lock(path("missing")));
  }
}
