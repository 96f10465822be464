// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.Durability;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Appends from several threads, each of which waits for its record's durability: together they
/// share syncs.
final class ParallelAppend {
  private final WriteAheadLog log;
  private final Durability durability;
  private final BlockingQueue<byte[]> queue;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean finished;
  private final List<Thread> workers = new ArrayList<>();

  ParallelAppend(WriteAheadLog log, Durability durability, int threads) {
    this.log = log;
    this.durability = durability;
    this.queue = new ArrayBlockingQueue<>(2 * threads);
    for (int i = 0; i < threads; i++) {
      Thread worker = new Thread(this::work, "seawall-append-" + i);
      worker.setDaemon(true);
      workers.add(worker);
    }
  }

  void run(RecordInput records, IndexPrinter printer) throws IOException, InterruptedException {
    workers.forEach(Thread::start);
    try {
      for (byte[] record = records.next(); record != null; record = records.next()) {
        hand(record);
        printer.check();
      }
    } finally {
      finished = true;
      for (Thread worker : workers) {
        worker.join();
      }
    }
    rethrow();
  }

  private void hand(byte[] record) throws IOException, InterruptedException {
    while (!queue.offer(record, 50, TimeUnit.MILLISECONDS)) {
      if (failure.get() != null) {
        rethrow();
      }
    }
  }

  private void work() {
    try {
      while (failure.get() == null) {
        // Read before the poll: nothing is handed over after it is set.
        boolean last = finished;
        byte[] record = queue.poll(10, TimeUnit.MILLISECONDS);
        if (record != null) {
          log.append(record, durability);
        } else if (last) {
          return;
        }
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void rethrow() throws IOException, InterruptedException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case InterruptedException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
