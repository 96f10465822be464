// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import org.jspecify.annotations.Nullable;

/// Kafka's log alone: a `UnifiedLog` with its defaults, but batches of 8 MiB allowed; each append
/// is one batch. Durable is `flush(false)` behind it: a sync of the segment and of its two indexes,
/// not shared. CRC32C per batch, checked when it is read.
public final class KafkaPeer implements Peer {
  private static final int READ_BYTES = 4 << 20;

  private @Nullable UnifiedLog log;
  private @Nullable KafkaScheduler scheduler;
  private boolean durable;

  /// @param cell what is measured
  public KafkaPeer(Cell cell) {
    assert cell.payloadBytes() > 0;
  }

  @Override
  public void open(Path directory, boolean durable) throws IOException {
    this.durable = durable;
    KafkaScheduler started = new KafkaScheduler(1);
    started.startup();
    scheduler = started;
    log = create(directory, started);
  }

  private static UnifiedLog create(Path directory, KafkaScheduler scheduler) throws IOException {
    Path partition = Files.createDirectories(directory.resolve("bench-0"));
    return UnifiedLog.create(
        partition.toFile(),
        new LogConfig(Map.of("max.message.bytes", String.valueOf(8 << 20))),
        0,
        0,
        scheduler,
        new BrokerTopicStats(),
        Time.SYSTEM,
        300_000,
        new ProducerStateManagerConfig(86_400_000, false),
        600_000,
        new LogDirFailureChannel(1),
        true,
        Optional.empty());
  }

  @Override
  public Writer writer() {
    UnifiedLog opened = log;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(opened, durable);
  }

  /// Every append is a write() to the operating system.
  @Override
  public void drain() {}

  @Override
  public void close() throws IOException {
    if (log != null) {
      log.close();
    }
    log = null;
    stop(scheduler);
    scheduler = null;
  }

  private static void stop(@Nullable KafkaScheduler scheduler) throws IOException {
    if (scheduler != null) {
      try {
        scheduler.shutdown();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  @Override
  public void readBack(Path directory, Sink sink) throws IOException {
    KafkaScheduler started = new KafkaScheduler(1);
    started.startup();
    try {
      UnifiedLog opened = create(directory, started);
      ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
      long end = opened.logEndOffset();
      for (long next = 0; next < end; ) {
        next = readFrom(opened, next, buffer, sink);
      }
      opened.close();
    } finally {
      stop(started);
    }
  }

  /// Reads what one fetch gives and returns the offset behind it.
  private static long readFrom(UnifiedLog log, long from, ByteBuffer buffer, Sink sink)
      throws IOException {
    FetchDataInfo fetched = log.read(from, buffer.capacity(), FetchIsolation.LOG_END, true);
    org.apache.kafka.common.record.internal.FileRecords file =
        (org.apache.kafka.common.record.internal.FileRecords) fetched.records;
    buffer.clear().limit(Math.min(buffer.capacity(), file.sizeInBytes()));
    file.readInto(buffer, 0);
    long next = from;
    for (RecordBatch batch : MemoryRecords.readableRecords(buffer).batches()) {
      batch.ensureValid();
      for (Record record : batch) {
        ByteBuffer value = record.value();
        sink.record(
            record.offset() + 1,
            value.array(),
            value.arrayOffset() + value.position(),
            value.remaining());
      }
      next = batch.lastOffset() + 1;
    }
    if (next == from) {
      throw new IOException("no whole batch at offset " + from);
    }
    return next;
  }

  private record Appending(UnifiedLog log, boolean durable) implements Writer {
    @Override
    public void append(byte[] payload) throws IOException {
      append(new SimpleRecord[] {new SimpleRecord(payload)});
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) throws IOException {
      SimpleRecord[] records = new SimpleRecord[count];
      for (int i = 0; i < count; i++) {
        records[i] = new SimpleRecord(payloads[(from + i) % payloads.length]);
      }
      append(records);
    }

    private void append(SimpleRecord[] records) throws IOException {
      log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, records), 0);
      if (durable) {
        log.flush(false);
      }
    }
  }
}
