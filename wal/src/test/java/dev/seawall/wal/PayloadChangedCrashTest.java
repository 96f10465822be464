// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.Scheduler;
import dev.seawall.io.Worker;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Callers that change a payload between its checksum and its copy: they are told, the log is not
/// poisoned. I-1, I-11.
class PayloadChangedCrashTest {
  private final List<Long> heard = new ArrayList<>();
  private final CrashLab lab =
      new CrashLab(
          Seed.of(1),
          SimOptions.defaults(),
          CrashLab.tiny()
              .withSegmentBytes(256 << 10)
              .withFirstSegmentBytes(256 << 10)
              .withWindows(2)
              .withWindowBytes(16 << 10)
              .withListener(
                  new WalListener() {
                    @Override
                    public void payloadChanged(long index) {
                      heard.add(index);
                    }
                  }));

  /// An append.
  private interface Act {
    long run() throws Exception;
  }

  /// Fills the staging windows, so that the next append waits between its checksum and its copy,
  /// and lets `change` run while it waits.
  private long appendWhile(WriteAheadLog log, Runnable change, Act append) throws Exception {
    long before = log.lastIndex();
    long waits = log.stats().queueWaits();
    log.append(payload(before + 1, 8_000), Durability.BUFFERED);
    log.append(payload(before + 2, 8_000), Durability.BUFFERED);
    boolean[] done = new boolean[1];
    List<Scheduler.Handle> others = new ArrayList<>();
    // Many, so that one of them is drawn before the window comes free.
    for (int i = 0; i < 20; i++) {
      others.add(
          lab.machine
              .scheduler()
              .start(
                  "other " + i,
                  Scheduler.Placement.SHARED,
                  () -> {
                    if (!done[0]) {
                      done[0] = true;
                      change.run();
                    }
                    return Worker.UNTIL_WOKEN;
                  }));
    }
    try {
      return append.run();
    } finally {
      others.forEach(Scheduler.Handle::close);
      assertThat(log.stats().queueWaits()).as("the append waited").isGreaterThan(waits);
      assertThat(done[0]).as("changed meanwhile, and not after").isTrue();
    }
  }

  @Test
  void payloadChangedDuringAppendDoesNotPoisonTheLog() throws Exception {
    byte[] array = payload(3, 6_000);
    MemorySegment memory = Arena.ofAuto().allocate(6_000);
    try (WriteAheadLog log = lab.open()) {
      assertThatThrownBy(() -> appendWhile(log, () -> array[100] = 77, () -> log.append(array)))
          .isInstanceOf(PayloadChangedException.class)
          .hasMessageContaining("record 3");
      assertThatThrownBy(() ->
              appendWhile(
                  log,
                  () -> memory.set(ValueLayout.JAVA_BYTE, 5_999, (byte) 1),
                  () -> log.append(memory, Durability.SYNCED)))
          .isInstanceOf(PayloadChangedException.class);
      assertThat(heard).containsExactly(3L, 6L);
      append(log, 7, 100);
      check(log, array, memory);
    }
    try (WriteAheadLog log = lab.open()) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      check(log, array, memory);
    }
  }

  private static void check(WriteAheadLog log, byte[] array, MemorySegment memory)
      throws Exception {
    try (WalReader reader = log.reader(1)) {
      long count = 0;
      while (reader.next()) {
        count++;
        byte[] expected =
            reader.index() == 3
                ? array
                : reader.index() == 6
                    ? memory.toArray(ValueLayout.JAVA_BYTE)
                    : payload(reader.index(), reader.payloadBytes().length);
        assertThat(reader.payloadBytes()).isEqualTo(expected);
      }
      assertThat(count).isEqualTo(7);
    }
  }

  /// The caller of a batch is told whichever of its records changed, and of each only once.
  @Test
  void aBatchOfWhichTheFirstRecordChangedFailsItsCaller() throws Exception {
    byte[] changed = payload(3, 2_000);
    WalBatch batch = new WalBatch().add(changed).add(payload(4, 3_000)).add(payload(5, 2_000));
    try (WriteAheadLog log = lab.open()) {
      assertThatThrownBy(() -> appendWhile(log, () -> changed[0] = 1, () -> log.append(batch)))
          .isInstanceOf(PayloadChangedException.class);
      assertThat(heard).containsExactly(3L);
      append(log, 6, 100);
    }
    try (WriteAheadLog log = lab.open()) {
      assertThat(log.lastIndex()).isEqualTo(6);
    }
  }

  @Test
  void aFutureIsToldThatItsPayloadChanged() throws Exception {
    byte[] changed = payload(3, 6_000);
    try (WriteAheadLog log = lab.open()) {
      Appended[] appended = new Appended[1];
      appendWhile(
          log,
          () -> changed[1_999] = 1,
          () -> {
            appended[0] = log.appendAsync(changed);
            return appended[0].index();
          });
      log.sync();
      lab.machine.scheduler().runFor(10_000_000L);
      assertThatThrownBy(() -> appended[0].durable().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(PayloadChangedException.class);
    }
  }

  /// Real threads: one appends an array, another writes to it all the time. Every append either
  /// returns or says so; afterwards the log is whole.
  @Test
  void anArrayThatIsChangedAllTheTimeOnRealThreadsLeavesAWholeLog(@TempDir Path directory)
      throws Exception {
    byte[] shared = new byte[4_000];
    boolean[] stop = new boolean[1];
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; !stop[0] && i < 200_000_000; i++) {
                shared[i % shared.length]++;
                Thread.onSpinWait();
              }
            });
    long last = 0;
    try (WriteAheadLog log = WriteAheadLog.open(directory.resolve("log"), CrashLab.tiny())) {
      for (int i = 0; i < 300; i++) {
        Appended appended = log.appendAsync(shared);
        try {
          appended.durable().get();
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(PayloadChangedException.class);
        }
        last = appended.index();
      }
    } finally {
      stop[0] = true;
      other.join();
    }
    try (WriteAheadLog log = WriteAheadLog.open(directory.resolve("log"), CrashLab.tiny());
        WalReader reader = log.reader(1)) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      while (reader.next()) {
        assertThat(reader.payload().byteSize()).isEqualTo(4_000);
      }
      assertThat(reader.nextIndex()).isEqualTo(last + 1);
    }
  }
}
