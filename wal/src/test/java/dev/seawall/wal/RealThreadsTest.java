// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.Backend;
import dev.seawall.io.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sixteen real threads, every level of durability, readers that come and go and are interrupted,
/// rolls and truncations meanwhile: I-2, I-10, V-10, C-6. Nothing here looks at a clock to pass.
class RealThreadsTest {
  private static final int THREADS = 16;
  private static final int RECORDS = 250;

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong appendedBytes = new AtomicLong();
  private final AtomicLong appended = new AtomicLong();
  private final AtomicLong read = new AtomicLong();

  /// With channels an interrupt closes the file that the interrupted thread uses: a reader's own,
  /// never the log's.
  @ParameterizedTest
  @EnumSource
  void sixteenPlatformThreadsAndDyingReaders(Backend backend, @TempDir Path temp) throws Exception {
    run(temp.resolve("log"), Thread.ofPlatform().factory(), backend, options());
  }

  @Test
  void sixteenPlatformThreadsAndDyingReadersOverAMapping(@TempDir Path temp) throws Exception {
    WalOptions mapped = options().withAppendMode(WalOptions.AppendMode.MAPPED);
    run(temp.resolve("log"), Thread.ofPlatform().factory(), Backend.AUTO, mapped);
  }

  @Test
  void sixteenPlatformThreadsAndDyingReadersUnderASpinningLock(@TempDir Path temp)
      throws Exception {
    run(temp.resolve("log"), Thread.ofPlatform().factory(), Backend.AUTO, spinning());
  }

  @Test
  void sixteenVirtualThreadsAndDyingReadersUnderASpinningLock(@TempDir Path temp) throws Exception {
    run(temp.resolve("log"), Thread.ofVirtual().factory(), Backend.AUTO, spinning());
  }

  private static WalOptions spinning() {
    return options().withClaimLock(WalOptions.ClaimLock.SPINNING);
  }

  @Test
  void sixteenVirtualThreadsAndDyingReaders(@TempDir Path temp) throws Exception {
    run(temp.resolve("log"), Thread.ofVirtual().factory(), Backend.AUTO, options());
  }

  private static WalOptions options() {
    return CrashLab.tiny()
        .withSegmentBytes(256 << 10)
        .withOverload(new Overload.Block(Duration.ofMinutes(2)));
  }

  private void run(Path directory, ThreadFactory factory, Backend backend, WalOptions options)
      throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    long[] bytesRead = new long[1];
    try (WriteAheadLog log = openOrSkip(directory, options, backend)) {
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        writers.add(factory.newThread(guarded(() -> write(log, number))));
      }
      Thread killer = Thread.ofPlatform().unstarted(guarded(() -> killReaders(log, stop)));
      writers.forEach(Thread::start);
      killer.start();
      for (Thread writer : writers) {
        writer.join();
      }
      stop.set(true);
      killer.join();
      assertThat(failures).isEmpty();
      log.sync();
      assertThat(log.durableIndex()).isEqualTo(log.lastIndex());
      assertThat(log.lastIndex()).isEqualTo(appended.get());
      assertThat(log.stats().rolls()).isPositive();
      assertThat(log.stats().appendedRecords()).isEqualTo(appended.get());
      bytesRead[0] = verify(log);
    }
    assertThat(bytesRead[0]).isEqualTo(appendedBytes.get());
    assertThat(read.get()).isPositive();
    try (WriteAheadLog log = WriteAheadLog.open(directory, options())) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      assertThat(verify(log)).isEqualTo(appendedBytes.get());
    }
  }

  private static WriteAheadLog openOrSkip(Path directory, WalOptions options, Backend backend)
      throws Exception {
    try {
      return WriteAheadLog.open(directory, options, backend);
    } catch (StorageException e) {
      Assumptions.assumeTrue(backend == Backend.AUTO, e.getMessage());
      throw e;
    }
  }

  /// A body.
  private interface Body {
    void run() throws Exception;
  }

  private Runnable guarded(Body body) {
    return () -> {
      try {
        body.run();
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    };
  }

  private static byte[] payload(int thread, int number, int bytes) {
    ByteBuffer payload = ByteBuffer.allocate(8 + bytes);
    payload.putInt(thread).putInt(number);
    for (int i = 0; i < bytes; i++) {
      payload.put((byte) (thread * 31 + number * 7 + i));
    }
    return payload.array();
  }

  private void write(WriteAheadLog log, int thread) throws Exception {
    SplittableRandom random = new SplittableRandom(thread);
    long before = 0;
    List<CompletableFuture<Void>> pending = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      byte[] payload = payload(thread, i, random.nextInt(600));
      long index;
      switch (random.nextInt(6)) {
        case 0 -> {
          index = log.append(payload, Durability.SYNCED);
          check(log.durableIndex() >= index, "returned and not durable: " + index);
        }
        case 1 -> {
          Appended accepted = log.appendAsync(payload, Durability.SYNCED);
          pending.add(accepted.durable());
          index = accepted.index();
        }
        case 2 -> {
          Appended accepted = log.appendAsync(payload, Durability.BATCHED);
          pending.add(accepted.durable());
          index = accepted.index();
        }
        case 3 -> {
          byte[] second = payload(thread, ++i, random.nextInt(600));
          index = log.append(new WalBatch().add(payload).add(second), Durability.BUFFERED);
          appendedBytes.addAndGet(second.length);
          appended.incrementAndGet();
        }
        case 4 -> index = log.append(payload, Durability.PERIODIC);
        default -> index = log.append(payload, Durability.BUFFERED);
      }
      appendedBytes.addAndGet(payload.length);
      appended.incrementAndGet();
      check(index > before, "thread " + thread + " went back from " + before + " to " + index);
      before = index;
    }
    log.sync();
    for (CompletableFuture<Void> each : pending) {
      each.get();
    }
    check(log.durableIndex() >= before, "synced and not durable");
  }

  /// Starts readers and interrupts them, again and again.
  private void killReaders(WriteAheadLog log, AtomicBoolean stop) throws Exception {
    SplittableRandom random = new SplittableRandom(99);
    while (!stop.get()) {
      List<Thread> readers = new ArrayList<>();
      for (Visibility visibility : Visibility.values()) {
        long from = 1 + random.nextLong(log.durableIndex() + 1);
        readers.add(Thread.ofPlatform().start(guarded(() -> follow(log, from, visibility))));
      }
      Thread.sleep(random.nextInt(1, 15));
      readers.forEach(Thread::interrupt);
      for (Thread reader : readers) {
        reader.join();
      }
    }
  }

  private void follow(WriteAheadLog log, long from, Visibility visibility) throws Exception {
    try (WalReader reader = log.reader(from, visibility)) {
      long next = from;
      while (!Thread.currentThread().isInterrupted() && reader.next(Duration.ofMillis(20))) {
        check(reader.index() == next, "record " + reader.index() + " instead of " + next);
        check(
            visibility != Visibility.DURABLE || next <= log.durableIndex(),
            "seen before it was durable: " + next);
        checkPayload(reader);
        next++;
        read.incrementAndGet();
      }
    } catch (InterruptedException _) {
      // Killed, as planned: the log goes on.
    }
  }

  private static int checkPayload(WalReader reader) {
    ByteBuffer found = ByteBuffer.wrap(reader.payloadBytes());
    int thread = found.getInt();
    int number = found.getInt();
    while (found.hasRemaining()) {
      int i = found.position() - 8;
      check(found.get() == (byte) (thread * 31 + number * 7 + i), "other bytes");
    }
    return thread;
  }

  /// Reads all: each thread's records in its own order, batches whole. Returns the payload bytes.
  private static long verify(WriteAheadLog log) throws Exception {
    int[] next = new int[THREADS];
    long bytes = 0;
    try (WalReader reader = log.reader(1)) {
      int inBatch = -1;
      while (reader.next()) {
        int thread = checkPayload(reader);
        int number = ByteBuffer.wrap(reader.payloadBytes()).getInt(4);
        check(next[thread] == number, "thread " + thread + ": " + number + ", not " + next[thread]);
        check(inBatch < 0 || inBatch == thread, "a batch was split");
        inBatch = reader.endsBatch() ? -1 : thread;
        next[thread]++;
        bytes += reader.payload().byteSize();
      }
      check(inBatch < 0, "half a batch");
    }
    for (int records : next) {
      check(records >= RECORDS, "a thread has only " + records + " records");
    }
    return bytes;
  }
}
