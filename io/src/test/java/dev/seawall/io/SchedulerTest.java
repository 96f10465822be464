// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.internal.PlatformScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Workers on real threads. Time limits only end a test that hangs.
@Timeout(60)
final class SchedulerTest {
  private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final Scheduler scheduler = new PlatformScheduler((_, e) -> failures.add(e));

  @AfterEach
  void close() {
    scheduler.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyWakeIsFollowedByAStep(Placement placement) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    LinkedBlockingQueue<Integer> steps = new LinkedBlockingQueue<>();
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              int now = asked.get();
              if (seen.getAndSet(now) != now) {
                steps.add(now);
              }
              return Worker.UNTIL_WOKEN;
            });
    for (int i = 1; i <= 20_000; i++) {
      asked.set(i);
      handle.wake();
      if (i % 10 == 0) {
        while (steps.take() != i) {
          // An earlier one; the last must come, or this hangs.
        }
      }
    }
    handle.close();
  }

  @ParameterizedTest
  @EnumSource
  void stepsAreRepeatedAtOnceOrAfterTheirPause(Placement placement) throws Exception {
    CountDownLatch steps = new CountDownLatch(6);
    AtomicReference<Long> nanos = new AtomicReference<>(0L);
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              steps.countDown();
              return nanos.getAndSet(nanos.get() == 0 ? 1_000_000L : 0L);
            });
    steps.await();
    handle.close();
  }

  @ParameterizedTest
  @EnumSource
  void aWakeOvertakesALongPause(Placement placement) throws Exception {
    LinkedBlockingQueue<Integer> steps = new LinkedBlockingQueue<>();
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              steps.add(1);
              return Long.MAX_VALUE - 1;
            });
    steps.take();
    handle.wake();
    steps.take();
    handle.close();
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerThatThrowsStopsVisibly(Placement placement) throws Exception {
    AtomicInteger steps = new AtomicInteger();
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              steps.incrementAndGet();
              throw new IllegalStateException("on purpose");
            });
    assertThat(failures.take()).hasMessage("on purpose");
    handle.wake();
    handle.close();
    assertThat(steps).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void closeWaitsForTheStepUnderWayAndNoneFollows(Placement placement) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayGo = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              inside.countDown();
              try {
                mayGo.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              ended.incrementAndGet();
              return 0;
            });
    inside.await();
    Thread closer = Thread.ofPlatform().start(handle::close);
    mayGo.countDown();
    closer.join();
    int steps = ended.get();
    assertThat(steps).isPositive();
    handle.wake();
    handle.close();
    assertThat(ended).hasValue(steps);
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerCannotCloseItself(Placement placement) throws Exception {
    AtomicReference<Handle> own = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    Handle handle =
        scheduler.start(
            "test",
            placement,
            () -> {
              try {
                known.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              own.get().close();
              return Worker.UNTIL_WOKEN;
            });
    own.set(handle);
    known.countDown();
    assertThat(failures.take()).hasMessageContaining("own handle");
  }

  @Test
  void sharedWorkersUseTwoThreadsAProcessorAtMostAndDaemons() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    int workers = 20 * Runtime.getRuntime().availableProcessors();
    CountDownLatch steps = new CountDownLatch(workers * 20);
    List<Handle> handles = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      handles.add(
          scheduler.start(
              "shared-" + i,
              Placement.SHARED,
              () -> {
                threads.add(Thread.currentThread());
                steps.countDown();
                return 0;
              }));
    }
    steps.await();
    handles.forEach(Handle::close);
    assertThat(threads).hasSizeBetween(1, 2 * Runtime.getRuntime().availableProcessors());
    assertThat(threads).allMatch(Thread::isDaemon);
  }

  @Test
  void aClosedSchedulerStopsItsWorkersAndTakesNoMore() {
    AtomicInteger steps = new AtomicInteger();
    for (Placement placement : Placement.values()) {
      scheduler.start("test", placement, steps::incrementAndGet);
    }
    scheduler.close();
    int last = steps.get();
    assertThatThrownBy(() -> scheduler.start("late", Placement.SHARED, () -> 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(steps).hasValue(last);
  }

  @Test
  void withoutFutexesAWordWakesAllTheSame() throws Exception {
    var brief = new PlatformScheduler((_, e) -> failures.add(e), false);
    try (WaitWord word = brief.newWaitWord()) {
      assertThat(word.getClass().getSimpleName()).isEqualTo("ParkWord");
      int seen = word.value();
      brief.start(
          "test",
          Placement.DEDICATED,
          () -> {
            word.advance();
            return Worker.UNTIL_WOKEN;
          });
      word.await(seen, Long.MAX_VALUE);
      assertThat(word.value()).isNotEqualTo(seen);
    } finally {
      brief.close();
    }
  }
}
