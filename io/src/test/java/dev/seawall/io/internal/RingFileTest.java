// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.io.internal.FakeRing.Request;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a file makes of what a ring says (I-5), on a ring that says what the test wants.
@EnabledOnOs(OS.LINUX)
final class RingFileTest {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;
  private static final int EIO = 5;
  private static final int EBADF = 9;
  private static final long GRACE_NANOS = 20_000_000;

  private final Arena arena = Arena.ofShared();
  private final FakeRing ring = new FakeRing(4);
  private final List<String> refusals = new ArrayList<>();
  private final RingQueue queue = new RingQueue(_ -> ring, 4, 0, refusals::add, GRACE_NANOS);
  private RingFile file;
  @TempDir Path directory;

  @BeforeEach
  void openFile() throws StorageException {
    assumeTrue(NativeAccess.isAvailable());
    file = open("f", queue);
  }

  @AfterEach
  void close() {
    ring.answerAtOnce(request -> (int) request.bytes());
    ring.whenSlept(() -> ring.endWell(ring.inKernel().getFirst()));
    file.close();
    queue.close();
    arena.close();
  }

  private RingFile open(String name, RingQueue on) throws StorageException {
    Path path = directory.resolve(name);
    return new RingFile(path, OpenMode.CREATE, on, DirectFile.open(path, OpenMode.CREATE, null));
  }

  private IoTicket write(int block, int blocks) {
    IoTicket ticket = new IoTicket();
    file.submitWrite(ticket, (long) block * BLOCK, memory(blocks));
    return ticket;
  }

  private IoTicket durableWrite(int block, int blocks) {
    IoTicket ticket = new IoTicket();
    file.submitDurableWrite(ticket, (long) block * BLOCK, memory(blocks));
    return ticket;
  }

  private IoTicket sync() {
    IoTicket ticket = new IoTicket();
    file.submitSync(ticket);
    return ticket;
  }

  private MemorySegment memory(int blocks) {
    return arena.allocate((long) blocks * BLOCK, BLOCK);
  }

  private static void assertWell(IoTicket ticket) {
    assertThat(ticket.isDone()).isTrue();
    assertThat(ticket.failure()).isNull();
  }

  private void assertFailed(StorageFile failed) {
    assertThatThrownBy(() -> failed.write(100 * BLOCK, memory(1)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("an earlier")
        .hasMessageContaining("failed");
    assertThatThrownBy(failed::sync).hasMessageContaining("not tried");
    assertThatThrownBy(() -> failed.read(0, memory(1))).hasMessageContaining("not tried");
    IoTicket ticket = new IoTicket();
    failed.submitSync(ticket);
    queue.poll();
    assertThat(ticket.failure()).isNotNull().hasMessageContaining("not tried");
  }

  @Test
  void writesAndSyncsAreInFlightTogether() {
    IoTicket first = write(0, 1);
    IoTicket second = durableWrite(1, 2);
    IoTicket sync = sync();
    assertThat(ring.inKernel())
        .extracting(Request::sync, Request::position, Request::bytes, Request::durable)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(false, 0L, (long) BLOCK, false),
            org.assertj.core.groups.Tuple.tuple(false, (long) BLOCK, 2L * BLOCK, true),
            org.assertj.core.groups.Tuple.tuple(true, 0L, 0L, false));
    assertThat(queue.poll()).isZero();
    assertThat(queue.inFlight()).isEqualTo(3);
    ring.inKernel().forEach(ring::endWell);
    assertThat(queue.await()).isEqualTo(3);
    Stream.of(first, second, sync).forEach(RingFileTest::assertWell);
  }

  /// The name that the engine's notes ask for. What the kernel did is told as it was: three writes
  /// and the sync of what was polled before went well, one did not; and nothing is accepted any
  /// more, so that nobody can count the later ones as a prefix.
  @Test
  void oneOfFourWritesInFlightFailsWhileLaterOnesAndASyncSucceed() {
    IoTicket polled = write(9, 1);
    ring.endWell(ring.at(9 * BLOCK));
    queue.poll();
    List<IoTicket> four = Stream.of(0, 1, 2, 3).map(block -> durableOrNot(block)).toList();
    IoTicket waiting = sync();
    ring.endWell(ring.at(3 * BLOCK));
    queue.poll();
    assertThat(waiting.isDone()).as("the ring holds four, the sync waited").isFalse();
    ring.end(ring.at(BLOCK), -EIO);
    ring.endWell(ring.at(2 * BLOCK));
    ring.endWell(ring.sync());
    queue.poll();
    assertWell(polled);
    assertWell(waiting);
    assertThat(four.get(0).isInFlight()).isTrue();
    assertThat(four.get(1).failure())
        .isNotNull()
        .hasMessageContaining("write " + directory.resolve("f") + ": at position 4096: EIO");
    assertWell(four.get(2));
    assertWell(four.get(3));
    assertFailed(file);
    ring.endWell(ring.at(0));
    queue.poll();
    assertWell(four.get(0));
    assertThat(ring.inKernel()).as("no second sync, no repetition").isEmpty();
    assertThat(queue.inFlight()).isZero();
  }

  private IoTicket durableOrNot(int block) {
    return block % 2 == 0 ? write(block, 1) : durableWrite(block, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {EIO, Errno.EAGAIN, Errno.ENOSPC})
  void afterAFailedSyncTheFileIsFailedAndNoSyncIsRepeated(int errno) {
    IoTicket sync = sync();
    ring.end(ring.sync(), -errno);
    queue.poll();
    assertThat(sync.failure()).isNotNull().hasMessageStartingWith("sync ");
    assertThat(ring.inKernel()).isEmpty();
    assertFailed(file);
  }

  @Test
  void shortWritesGoOnAtTheLastWholeBlock() {
    IoTicket ticket = write(2, 4);
    ring.end(ring.at(2 * BLOCK), BLOCK + 512);
    assertThat(queue.poll()).isZero();
    Request rest = ring.at(3 * BLOCK);
    assertThat(rest.bytes()).isEqualTo(3 * BLOCK);
    ring.end(rest, 2 * BLOCK);
    queue.poll();
    ring.endWell(ring.at(5 * BLOCK));
    assertThat(queue.poll()).isEqualTo(1);
    assertWell(ticket);
  }

  @Test
  void aFullDiskBehindAShortWriteIsAnExceptionOfItsOwn() {
    IoTicket ticket = durableWrite(0, 4);
    ring.end(ring.at(0), 2 * BLOCK);
    queue.poll();
    ring.end(ring.at(2 * BLOCK), -Errno.ENOSPC);
    queue.poll();
    assertThat(ticket.failure())
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("at position 8192");
    assertFailed(file);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EINTR, Errno.ECANCELED})
  void whatWasNotBegunIsRepeated(int errno) {
    IoTicket write = durableWrite(1, 2);
    IoTicket sync = sync();
    for (int i = 0; i < 3; i++) {
      ring.end(ring.at(BLOCK), -errno);
      ring.end(ring.sync(), -errno);
      do {
        assertThat(queue.poll()).isZero();
      } while (ring.inKernel().size() < 2);
    }
    assertThat(ring.at(BLOCK).durable()).isTrue();
    ring.endWell(ring.at(BLOCK));
    ring.endWell(ring.sync());
    assertThat(queue.poll()).isEqualTo(2);
    assertWell(write);
    assertWell(sync);
  }

  @Test
  void aDeviceThatSaysTryAgainIsTriedAgainAfterAPauseWhileOthersGoOn() {
    IoTicket slow = write(0, 1);
    ring.end(ring.at(0), -Errno.EAGAIN);
    queue.poll();
    IoTicket other = write(1, 1);
    ring.endWell(ring.at(BLOCK));
    queue.poll();
    assertWell(other);
    ring.whenSlept(() -> ring.endWell(ring.at(0)));
    assertThat(queue.await()).isEqualTo(1);
    assertWell(slow);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -Errno.ECANCELED})
  void aWriteThatNeverGetsOnFailsInTheEnd(int result) {
    ring.answerAtOnce(_ -> result);
    IoTicket ticket = write(0, 1);
    while (queue.inFlight() > 0) {
      queue.await();
    }
    assertThat(ticket.failure()).isNotNull().hasMessageContaining("at position 0");
    assertFailed(file);
  }

  @Test
  void reorderedAndLateResultsReachTheirOwnTickets() {
    IoTicket first = write(0, 1);
    IoTicket second = write(1, 1);
    IoTicket third = write(2, 1);
    ring.endWell(ring.at(2 * BLOCK));
    assertThat(queue.poll()).isEqualTo(1);
    assertWell(third);
    assertThat(first.isInFlight()).isTrue();
    ring.endWell(ring.at(0));
    assertThat(queue.poll()).isEqualTo(1);
    assertWell(first);
    ring.whenSlept(() -> ring.endWell(ring.at(BLOCK)));
    assertThat(queue.await()).isEqualTo(1);
    assertWell(second);
  }

  @Test
  void whatAFullQueueCannotTakeWaitsInOrder() {
    List<IoTicket> tickets = Stream.iterate(0, i -> i + 1).limit(10).map(i -> write(i, 1)).toList();
    assertThat(ring.inKernel()).hasSize(4);
    assertThat(queue.inFlight()).isEqualTo(10);
    for (int block = 0; block < 10; block++) {
      ring.endWell(ring.at((long) block * BLOCK));
      assertThat(queue.poll()).isEqualTo(1);
      assertWell(tickets.get(block));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY})
  void aKernelThatTakesNothingGetsItLater(int errno) {
    ring.refuseSubmission(errno, 3);
    IoTicket ticket = write(0, 1);
    assertThat(ring.inKernel()).isEmpty();
    assertThat(ring.prepared()).hasSize(1);
    ring.answerAtOnce(request -> (int) request.bytes());
    assertThat(queue.await()).isEqualTo(1);
    assertWell(ticket);
  }

  @Test
  void aKernelThatTakesOneAtATimeGetsAll() {
    ring.refuseSubmission(Errno.EAGAIN, 3);
    ring.takesAtMost(1);
    List<IoTicket> tickets = List.of(write(0, 1), write(1, 1), write(2, 1));
    assertThat(ring.prepared()).hasSize(3);
    queue.poll();
    assertThat(ring.inKernel()).hasSize(3);
    ring.inKernel().forEach(ring::endWell);
    queue.poll();
    tickets.forEach(RingFileTest::assertWell);
  }

  @Test
  void anInterruptedSubmissionIsMadeAgain() {
    ring.refuseSubmission(Errno.EINTR, 2);
    write(0, 1);
    assertThat(ring.inKernel()).hasSize(1);
    ring.refuseSubmission(Errno.EINTR, 2);
    ring.whenSlept(() -> ring.endWell(ring.at(0)));
    assertThat(queue.await()).isEqualTo(1);
  }

  /// What the kernel had taken before the ring failed is its own: the memory is not given back
  /// before the result is there.
  @Test
  void aRingThatFailsFailsWhatItHadNotTakenAndWaitsForTheRest() {
    IoTicket taken = write(0, 1);
    ring.refuseSubmission(EBADF, 1);
    IoTicket notTaken = write(1, 1);
    queue.poll();
    assertThat(notTaken.failure()).isNotNull().hasMessageContaining("the ring failed: EBADF");
    assertThat(taken.isInFlight()).isTrue();
    ring.endWell(ring.at(0));
    queue.poll();
    assertWell(taken);
    assertFailed(file);
  }

  @Test
  void aRingThatFailsForEverIsGivenUpAndItsMemoryLeftToTheKernel() {
    IoTicket taken = write(0, 1);
    ring.refuseSubmission(EBADF, 1);
    IoTicket notTaken = write(1, 1);
    while (queue.inFlight() > 0) {
      queue.await();
    }
    assertThat(notTaken.failure()).isNotNull();
    assertThat(taken.failure())
        .isNotNull()
        .hasMessageContaining("its memory must not be used again");
    queue.close();
    assertThat(ring.closed).as("the ring stays, the kernel may still write into it").isFalse();
  }

  @Test
  void otherFilesOfAFailedRingFailToo() throws StorageException {
    write(0, 1);
    ring.refuseSubmission(EBADF, 1);
    write(1, 1);
    queue.poll();
    try (RingFile other = open("other", queue)) {
      IoTicket ticket = new IoTicket();
      other.submitWrite(ticket, 0, memory(1));
      queue.poll();
      assertThat(ticket.failure()).isNotNull().hasMessageContaining("the ring failed: EBADF");
      assertFailed(other);
    }
  }

  @Test
  void whatWaitsBehindAFailureIsNotBegun() {
    List<IoTicket> tickets = Stream.iterate(0, i -> i + 1).limit(5).map(i -> write(i, 1)).toList();
    ring.end(ring.at(0), -EIO);
    queue.poll();
    assertThat(tickets.get(4).failure()).isNotNull().hasMessageContaining("not tried");
    assertThat(ring.inKernel()).hasSize(3);
    ring.end(ring.at(BLOCK), 100);
    ring.end(ring.at(2 * BLOCK), -Errno.ECANCELED);
    queue.poll();
    assertThat(tickets.get(1).failure()).isNotNull();
    assertThat(tickets.get(2).failure()).isNotNull();
    assertThat(ring.inKernel()).as("nothing is repeated").hasSize(1);
  }

  @Test
  void aDurableWriteOnAnOldFileSystemIsAWriteAndASync() {
    IoTicket ticket = durableWrite(0, 2);
    ring.end(ring.at(0), -Errno.EOPNOTSUPP);
    queue.poll();
    assertThat(ring.at(0).durable()).isFalse();
    ring.endWell(ring.at(0));
    assertThat(queue.poll()).isZero();
    ring.endWell(ring.sync());
    assertThat(queue.poll()).isEqualTo(1);
    assertWell(ticket);
    durableWrite(2, 1);
    assertThat(ring.at(2 * BLOCK).durable()).as("it is not tried again").isFalse();
  }

  @Test
  void theSyncAfterATruncationIsAFullOne() throws StorageException {
    file.write(0, memory(2));
    file.truncate(BLOCK);
    sync();
    assertThat(ring.sync().dataOnly()).isFalse();
    ring.end(ring.sync(), -Errno.EINTR);
    queue.poll();
    assertThat(ring.sync().dataOnly()).isFalse();
    ring.endWell(ring.sync());
    queue.poll();
    sync();
    assertThat(ring.sync().dataOnly()).isTrue();
  }

  @Test
  void closingAFileWaitsForItsOwnOperationsAndTheQueueTellsLater() throws StorageException {
    RingFile other = open("other", queue);
    IoTicket own = write(0, 1);
    IoTicket foreign = new IoTicket();
    other.submitWrite(foreign, 7 * BLOCK, memory(1));
    ring.whenSlept(() -> ring.endWell(ring.at(0)));
    file.close();
    assertThat(own.isInFlight()).isTrue();
    assertThat(queue.poll()).isEqualTo(1);
    assertWell(own);
    assertThat(foreign.isInFlight()).isTrue();
    ring.whenSlept(() -> ring.endWell(ring.at(7 * BLOCK)));
    other.close();
    queue.poll();
    assertWell(foreign);
  }

  @Test
  void closingTheQueueWaitsAndFreesTheRing() {
    IoTicket ticket = write(0, 1);
    ring.whenSlept(() -> ring.endWell(ring.at(0)));
    queue.close();
    assertWell(ticket);
    assertThat(ring.closed).isTrue();
    assertThatThrownBy(() -> write(1, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void freedMemoryIsACallersBugAndPoisonsNothing() {
    Arena gone = Arena.ofShared();
    MemorySegment memory = gone.allocate(BLOCK, BLOCK);
    gone.close();
    assertThatThrownBy(() -> file.submitWrite(new IoTicket(), 0, memory))
        .isInstanceOf(IllegalStateException.class);
    IoTicket ticket = write(0, 1);
    ring.endWell(ring.at(0));
    queue.poll();
    assertWell(ticket);
  }

  @Test
  void shorterWritesAndSyncsEndInsideSubmitAndLongOnesAreInTheRing() throws StorageException {
    RingQueue large = new RingQueue(_ -> ring, 4, 2 * BLOCK, refusals::add);
    try (RingFile mixed = open("mixed", large)) {
      IoTicket small = new IoTicket();
      IoTicket sync = new IoTicket();
      IoTicket first = new IoTicket();
      IoTicket second = new IoTicket();
      mixed.submitDurableWrite(small, 0, memory(1));
      mixed.submitSync(sync);
      assertThat(ring.inKernel()).isEmpty();
      assertThat(large.poll()).isEqualTo(2);
      assertWell(small);
      assertWell(sync);
      mixed.submitDurableWrite(first, BLOCK, memory(2));
      mixed.submitWrite(second, 3 * BLOCK, memory(2));
      assertThat(ring.inKernel()).hasSize(2);
      assertThat(large.poll()).isZero();
      ring.inKernel().forEach(ring::endWell);
      assertThat(large.await()).isEqualTo(2);
      assertWell(first);
      assertWell(second);
    }
    assertThat(large.depth(2 * BLOCK - 1)).isEqualTo(1);
    assertThat(large.depth(2 * BLOCK)).isEqualTo(4);
    large.close();
  }

  @Test
  void withoutARingTheFileWorksInsideSubmitAndSaysWhy() throws StorageException {
    RingQueue without =
        new RingQueue(
            _ -> {
              throw new RingRefusedException("there is none");
            },
            4,
            0,
            refusals::add);
    try (RingFile plain = open("plain", without)) {
      IoTicket write = new IoTicket();
      IoTicket sync = new IoTicket();
      plain.submitDurableWrite(write, 0, memory(1));
      plain.submitSync(sync);
      assertThat(without.inFlight()).isEqualTo(2);
      assertThat(without.await()).isEqualTo(2);
      assertWell(write);
      assertWell(sync);
      assertThat(plain.size()).isEqualTo(BLOCK);
    }
    assertThat(without.depth(BLOCK)).isEqualTo(1);
    assertThat(refusals).containsExactly("there is none");
    without.close();
  }
}
