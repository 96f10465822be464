// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The real kernel under the queue: many operations, threads that come and go.
@EnabledOnOs(OS.LINUX)
final class KernelRingTest {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;

  private final Arena arena = Arena.ofShared();
  private final List<String> refusals = new ArrayList<>();
  private final RingQueue queue = new RingQueue(KernelRing::open, 8, 0, refusals::add);
  private RingFile file;
  @TempDir Path directory;

  @BeforeEach
  void needsARing() throws StorageException {
    assumeTrue(NativeAccess.isAvailable());
    String refusal = KernelRing.refusal();
    assumeTrue(refusal == null, refusal);
    Path path = directory.resolve("f");
    file =
        new RingFile(
            path, OpenMode.CREATE, queue, DirectFile.open(path, OpenMode.CREATE, () -> {}));
  }

  @AfterEach
  void close() {
    if (file != null) {
      file.close();
    }
    queue.close();
    arena.close();
  }

  private MemorySegment block(int value) {
    return arena.allocate(BLOCK, BLOCK).fill((byte) value);
  }

  private static void run(Runnable task) throws InterruptedException {
    Thread thread = Thread.ofPlatform().start(task);
    thread.join();
  }

  /// Ten times more than the ring has places, in any order, with syncs between; then every byte is
  /// read back.
  @Test
  void everyByteOfAThousandWritesIsRightWhateverIsInFlight() throws Exception {
    Random random = new Random(4711);
    int blocks = 700;
    byte[] expected = new byte[blocks];
    List<IoTicket> tickets = new ArrayList<>();
    for (int round = 1; round <= 3; round++) {
      for (int block = 0; block < blocks; block++) {
        IoTicket ticket = new IoTicket();
        tickets.add(ticket);
        expected[block] = (byte) random.nextInt(1, 100);
        long position = (long) block * BLOCK;
        switch (random.nextInt(3)) {
          case 0 -> file.submitDurableWrite(ticket, position, block(expected[block]));
          default -> file.submitWrite(ticket, position, block(expected[block]));
        }
        if (random.nextInt(20) == 0) {
          IoTicket sync = new IoTicket();
          tickets.add(sync);
          file.submitSync(sync);
        }
        if (random.nextInt(10) == 0) {
          queue.poll();
        }
      }
      while (queue.inFlight() > 0) {
        queue.await();
      }
    }
    assertThat(tickets).allSatisfy(ticket -> assertThat(ticket.failure()).isNull());
    assertThat(file.size()).isEqualTo((long) blocks * BLOCK);
    byte[] found = Files.readAllBytes(file.path());
    MemorySegment read = arena.allocate(found.length);
    assertThat(file.read(0, read)).isEqualTo(found.length);
    for (int i = 0; i < found.length; i++) {
      if (found[i] != expected[i / BLOCK] || read.get(ValueLayout.JAVA_BYTE, i) != found[i]) {
        throw new AssertionError("byte " + i);
      }
    }
    assertThat(refusals).isEmpty();
  }

  /// A leader of one group may end while the next group's write or sync, which it submitted, is in
  /// flight, and the kernel's helper threads end with it.
  @Test
  void operationsSurviveTheThreadThatSubmittedThem() throws Exception {
    MemorySegment block = block(7);
    for (int i = 0; i < 200; i++) {
      long position = (long) (i % 8) * BLOCK;
      List<IoTicket> tickets = new ArrayList<>();
      run(() -> {
        for (int sync = 0; sync < 50; sync++) {
          tickets.add(new IoTicket());
          file.submitSync(tickets.getLast());
        }
        tickets.add(new IoTicket());
        file.submitDurableWrite(tickets.getLast(), position, block);
      });
      while (queue.inFlight() > 0) {
        queue.await();
      }
      assertThat(tickets).hasSize(51).allSatisfy(ticket -> assertThat(ticket.failure()).isNull());
    }
  }

  @Test
  void whoWaitsNeedNotBeWhoSubmittedWhileThatOneComputes() throws Exception {
    MemorySegment block = block(7);
    Thread submitter = Thread.ofPlatform().start(() -> file.submitWrite(new IoTicket(), 0, block));
    submitter.join();
    // The queue is for one thread at a time: nobody touches it before the submission is over.
    CountDownLatch submitted = new CountDownLatch(1);
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              file.submitSync(new IoTicket());
              submitted.countDown();
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    try {
      submitted.await();
      int told = 0;
      while (told < 2) {
        told += queue.await();
      }
    } finally {
      busy.interrupt();
      busy.join();
    }
  }

  @Test
  void anInterruptEndsNoWaitAndClosesNothing() {
    Thread.currentThread().interrupt();
    IoTicket ticket = new IoTicket();
    file.submitDurableWrite(ticket, 0, block(1));
    assertThat(queue.await()).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ticket.failure()).isNull();
  }

  @Test
  void ringsAreGivenBack() throws Exception {
    for (int i = 0; i < 3000; i++) {
      KernelRing.open(64).close();
    }
    assertThat(KernelRing.refusal()).isNull();
  }
}
