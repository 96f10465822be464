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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Requests made by a few threads; what a file makes of the results is [RingFileTest]'s.
@EnabledOnOs(OS.LINUX)
final class ThreadRingTest {
  private static final int BLOCK = StorageFile.BLOCK_BYTES;
  private static final int EBADF = 9;
  private static final int EFAULT = 14;

  private final Arena arena = Arena.ofShared();
  private final ThreadRing ring;
  private DirectFile file;
  @TempDir Path directory;

  ThreadRingTest() throws RingRefusedException {
    ring = ThreadRing.open(8);
  }

  @BeforeEach
  void openFile() throws StorageException {
    assumeTrue(NativeAccess.isAvailable());
    file = DirectFile.open(directory.resolve("f"), OpenMode.CREATE, () -> {});
  }

  @AfterEach
  void close() {
    ring.close();
    if (file != null) {
      file.close();
    }
    arena.close();
  }

  private MemorySegment block(int value) {
    return arena.allocate(BLOCK, BLOCK).fill((byte) value);
  }

  private List<String> reap() {
    List<String> found = new ArrayList<>();
    ring.reap((id, result) -> found.add(id + ":" + result));
    return found;
  }

  @Test
  void resultsAreThoseOfTheCalls() throws Exception {
    ring.prepareWrite(0, file.descriptor(), block(1), 0, false);
    ring.prepareWrite(1, file.descriptor(), block(2), BLOCK, true);
    ring.prepareWrite(2, -1, block(3), 0, false);
    ring.prepareSync(3, -1, true);
    ring.prepareSync(4, file.descriptor(), true);
    ring.prepareSync(5, file.descriptor(), false);
    assertThat(reap()).as("nothing happens before submit").isEmpty();
    assertThat(ring.submit(6)).isEqualTo(6);
    assertThat(reap())
        .containsExactlyInAnyOrder("0:4096", "1:4096", "2:-" + EBADF, "3:-" + EBADF, "4:0", "5:0");
    assertThat(ring.submit(0)).isZero();
    byte[] found = Files.readAllBytes(directory.resolve("f"));
    assertThat(found).hasSize(2 * BLOCK).startsWith(1, 1).endsWith(2, 2);
  }

  @Test
  void memoryThatWasFreedIsAResultAndEndsNoThread() {
    Arena gone = Arena.ofShared();
    MemorySegment memory = gone.allocate(BLOCK, BLOCK);
    gone.close();
    for (int i = 0; i < 2 * ThreadRing.THREADS; i++) {
      ring.prepareWrite(0, file.descriptor(), memory, 0, false);
      ring.submit(1);
      assertThat(reap()).containsExactly("0:-" + EFAULT);
    }
    ring.prepareWrite(0, file.descriptor(), block(1), 0, false);
    ring.submit(1);
    assertThat(reap()).containsExactly("0:4096");
  }

  @Test
  void anInterruptEndsNoWaitAndIsKept() {
    ring.prepareSync(0, file.descriptor(), true);
    Thread.currentThread().interrupt();
    assertThat(ring.submit(1)).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(reap()).containsExactly("0:0");
  }

  @Test
  void itsThreadsEndWithIt() {
    assertThat(writers()).hasSize(ThreadRing.THREADS);
    ring.close();
    assertThat(writers()).isEmpty();
  }

  /// A container may limit processes: then writes end inside `submit`, and none of the threads that
  /// could be started stays.
  @Test
  void whereNoThreadCanBeStartedThereIsNoRing() throws Exception {
    ring.close();
    List<String> refusals = new ArrayList<>();
    int[] started = new int[1];
    RingQueue queue =
        new RingQueue(
            entries -> ThreadRing.open(entries, task -> limited(task, started)),
            ThreadRing.THREADS,
            0,
            refusals::add);
    Path path = directory.resolve("g");
    try (RingFile file =
        new RingFile(
            path, OpenMode.CREATE, queue, DirectFile.open(path, OpenMode.CREATE, () -> {}))) {
      IoTicket ticket = new IoTicket();
      file.submitDurableWrite(ticket, 0, block(1));
      assertThat(queue.poll()).isEqualTo(1);
      assertThat(ticket.failure()).isNull();
    }
    assertThat(started[0]).isEqualTo(3);
    assertThat(writers()).isEmpty();
    assertThat(queue.depth(BLOCK)).isEqualTo(1);
    assertThat(refusals)
        .singleElement()
        .asString()
        .isEqualTo("no writer thread could be started: unable to create native thread");
    queue.close();
  }

  private static Thread limited(Runnable task, int[] started) {
    return new Thread(task, "seawall-writer-" + started[0]) {
      @Override
      public void start() {
        if (++started[0] == 3) {
          throw new OutOfMemoryError("unable to create native thread");
        }
        super.start();
      }
    };
  }

  @Test
  void aQueueThatOnlyBlocksOrReadsStartsNoThread() throws Exception {
    ring.close();
    RingQueue queue = new RingQueue(ThreadRing::open, ThreadRing.THREADS, 0, _ -> {});
    Path path = directory.resolve("g");
    RingFile blocking =
        new RingFile(
            path, OpenMode.CREATE, queue, DirectFile.open(path, OpenMode.CREATE, () -> {}));
    blocking.writeDurably(0, block(1));
    blocking.sync();
    assertThat(writers()).isEmpty();
    IoTicket ticket = new IoTicket();
    blocking.submitDurableWrite(ticket, BLOCK, block(2));
    assertThat(writers()).hasSize(ThreadRing.THREADS);
    assertThat(queue.await()).isEqualTo(1);
    assertThat(ticket.failure()).isNull();
    blocking.close();
    queue.close();
    assertThat(writers()).isEmpty();
  }

  private static Set<String> writers() {
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("seawall-writer-")) {
        names.add(thread.getName());
      }
    }
    return names;
  }
}
