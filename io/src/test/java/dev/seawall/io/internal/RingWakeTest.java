// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.FileSystem.OpenMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A sleep in a ring ends when somebody wakes it, whatever is in flight. A lost wake-up is a test
/// that does not end.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RingWakeTest {
  private static final int BLOCK = 4096;
  @TempDir Path directory;

  enum Kind {
    KERNEL {
      @Override
      Ring open(int entries) throws RingRefusedException {
        assumeTrue(NativeAccess.isAvailable());
        String refusal = KernelRing.refusal();
        assumeTrue(refusal == null, refusal);
        return KernelRing.open(entries);
      }
    },
    THREADS {
      @Override
      Ring open(int entries) throws RingRefusedException {
        assumeTrue(NativeAccess.isAvailable());
        return ThreadRing.open(entries);
      }
    };

    abstract Ring open(int entries) throws RingRefusedException;
  }

  @ParameterizedTest
  @EnumSource
  void aWakeUpEndsTheSleepUnderWayOrTheNextOne(Kind kind) throws Exception {
    try (Ring ring = kind.open(4)) {
      for (int round = 0; round < 100; round++) {
        // Before, while or after it falls asleep: nobody can tell.
        Thread waker = Thread.ofPlatform().start(ring::wake);
        assertThat(ring.submit(1)).isZero();
        assertThat(ring.reap((_, _) -> {})).isZero();
        waker.join();
        // It may have been awake for this one already: then the next sleep would end too early.
        ring.wake();
        ring.submit(1);
        ring.reap((_, _) -> {});
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyWakeUpsNeitherLoseNorInventResults(Kind kind) throws Exception {
    Path path = directory.resolve("f");
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Ring opened = kind.open(4);
    DirectFile file = DirectFile.open(path, OpenMode.CREATE, () -> {});
    try (Ring ring = opened;
        Arena arena = Arena.ofShared()) {
      Thread waker =
          Thread.ofPlatform()
              .start(() -> {
                while (!over.get()) {
                  ring.wake();
                  begun.countDown();
                  Thread.onSpinWait();
                }
              });
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      MemorySegment block = arena.allocate(BLOCK, BLOCK);
      int[] ended = new int[4];
      for (int round = 0; round < 500; round++) {
        int inFlight = 1 + round % 4;
        for (int id = 0; id < inFlight; id++) {
          assertThat(ring.prepareWrite(id, file.descriptor(), block, (long) id * BLOCK, false))
              .isTrue();
        }
        int taken = 0;
        int reaped = 0;
        while (reaped < inFlight) {
          int now = ring.submit(1);
          assertThat(now).isNotNegative();
          taken += now;
          reaped +=
              ring.reap((id, result) -> {
                assertThat(result).isEqualTo(BLOCK);
                ended[id]++;
              });
        }
        assertThat(taken).isEqualTo(inFlight);
      }
      over.set(true);
      waker.join();
      assertThat(ended).containsExactly(500, 375, 250, 125);
    } finally {
      file.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWakeUpOfAClosedRingTouchesNothing(Kind kind) throws Exception {
    Ring ring = kind.open(4);
    ring.close();
    ring.wake();
    ring.close();
    ring.wake();
  }
}
