// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.WaitWord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Waiting and waking. Time limits only end a test that hangs: a lost wake-up shows as one.
@Timeout(120)
final class WaitWordTest {
  private static final long FOREVER = TimeUnit.MINUTES.toNanos(5);

  static Stream<Named<Supplier<WaitWord>>> words() {
    Stream<Named<Supplier<WaitWord>>> parking = Stream.of(Named.of("park", ParkWord::new));
    // 2^38 ns are 4.5 minutes: these sleeps do not heal a lost wake-up.
    Stream<Named<Supplier<WaitWord>>> futex =
        Stream.of(
            Named.of("futex", FutexWord::new),
            Named.of("futex, long sleeps", () -> new FutexWord(38)));
    return NativeAccess.isAvailable() ? Stream.concat(parking, futex) : parking;
  }

  @ParameterizedTest
  @MethodSource("words")
  void noWakeUpIsLostByPlatformOrVirtualThreads(Supplier<WaitWord> maker) throws Exception {
    int rounds = 2000;
    int waiters = 6;
    WaitWord word = maker.get();
    WaitWord back = maker.get();
    AtomicInteger arrived = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < waiters; i++) {
      Runnable waiter =
          () -> {
            try {
              for (int round = 0; round < rounds; round++) {
                while (word.value() == round) {
                  word.await(round, FOREVER);
                }
                arrived.incrementAndGet();
                back.advance();
              }
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          };
      threads.add(
          i % 2 == 0
              ? Thread.ofPlatform().daemon().start(waiter)
              : Thread.ofVirtual().start(waiter));
    }
    for (int round = 1; round <= rounds; round++) {
      word.advance();
      int seen = back.value();
      while (arrived.get() < round * waiters) {
        back.await(seen, FOREVER);
        seen = back.value();
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(word.value()).isEqualTo(rounds);
    assertThat(back.value()).isEqualTo(rounds * waiters);
    word.close();
    back.close();
    back.close();
  }

  @ParameterizedTest
  @MethodSource("words")
  void awaitReturnsAtOnceWhenTheWordHasMovedOrTheTimeIsOver(Supplier<WaitWord> maker)
      throws Exception {
    try (WaitWord word = maker.get()) {
      word.advance();
      word.await(0, FOREVER);
      word.await(1, 0);
      word.await(1, -1);
      word.await(1, 1);
      word.await(1, 3_000_000);
      assertThat(word.value()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("words")
  void anInterruptEndsTheWaitOfItsThreadAlone(Supplier<WaitWord> maker) throws Exception {
    // With long sleeps a futex does not hear the interrupt before it has slept: that is why the
    // usual ones are short.
    WaitWord word = maker.get() instanceof ParkWord ? new ParkWord() : new FutexWord();
    for (boolean virtual : new boolean[] {false, true}) {
      LinkedBlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
      Runnable waiter =
          () -> {
            try {
              int seen = word.value();
              while (word.value() == seen) {
                word.await(seen, FOREVER);
              }
              outcomes.add("woken");
            } catch (InterruptedException e) {
              outcomes.add("interrupted " + Thread.currentThread().isInterrupted());
            }
          };
      Thread one = virtual ? Thread.ofVirtual().start(waiter) : Thread.ofPlatform().start(waiter);
      Thread two = virtual ? Thread.ofVirtual().start(waiter) : Thread.ofPlatform().start(waiter);
      one.interrupt();
      assertThat(outcomes.take()).isEqualTo("interrupted false");
      while (two.isAlive()) {
        word.advance();
        two.join(1);
      }
      assertThat(outcomes.take()).isEqualTo("woken");
      one.join();
    }
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> word.await(word.value(), FOREVER))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("words")
  void waitersWhoGiveUpDoNotPileUpUnderOneWhoStays(Supplier<WaitWord> maker) throws Exception {
    WaitWord word = maker.get();
    CountDownLatch ended = new CountDownLatch(1);
    Thread stays =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (word.value() == 0) {
                  word.await(0, FOREVER);
                }
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              ended.countDown();
            });
    List<Thread> impatient = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      impatient.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int n = 0; n < 1000; n++) {
                  try {
                    word.await(0, 1000);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }
              }));
    }
    for (Thread thread : impatient) {
      thread.join();
    }
    word.advance();
    ended.await();
    stays.join();
  }
}
