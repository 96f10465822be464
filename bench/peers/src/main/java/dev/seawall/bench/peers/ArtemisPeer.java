// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.aio.AIOSequentialFileFactory;
import org.apache.activemq.artemis.core.io.mapped.MappedSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.EncodingSupport;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.PreparedTransactionInfo;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.nativo.jlibaio.LibaioContext;
import org.jspecify.annotations.Nullable;

/// The Artemis journal with its broker's defaults (10 MiB files, two at least, pool of ten, 490 KiB
/// buffer, datasync) and the buffer timeout that `artemis create` would calibrate for this disk, so
/// that one thread is not held back by it. No checksum.
final class ArtemisPeer implements Peer {
  /// The three ways its journal writes.
  enum Mode {
    NIO,
    MAPPED,
    AIO
  }

  private static final int FILE_BYTES = 10 << 20;
  private static final int MIN_FILES = 2;
  private static final int POOL_FILES = 10;
  private static final int COMPACT_MIN_FILES = 10;
  private static final int COMPACT_PERCENTAGE = 30;
  private static final int BUFFER_BYTES = 490 << 10;
  private static final int MAX_IO_AIO = 4096;
  private static final byte RECORD_TYPE = 1;

  private final Mode mode;
  private final int bufferTimeoutNanos;
  private final AtomicLong lastId = new AtomicLong();
  private @Nullable JournalImpl journal;
  private boolean durable;

  ArtemisPeer(Mode mode, int bufferTimeoutNanos) {
    this.mode = mode;
    this.bufferTimeoutNanos = bufferTimeoutNanos;
  }

  @Override
  public @Nullable String unavailable() {
    if (mode == Mode.AIO && !LibaioContext.isLoaded()) {
      return "libartemis-native does not load here (needs Linux on x86-64 and libaio1; java.library.path="
          + System.getProperty("java.library.path")
          + ")";
    }
    return null;
  }

  @Override
  public void open(Path directory, boolean durable) throws Exception {
    this.durable = durable;
    JournalImpl opened = build(directory);
    load(opened);
    lastId.set(0);
    journal = opened;
  }

  private JournalImpl build(Path directory) throws Exception {
    SequentialFileFactory factory =
        switch (mode) {
          case NIO ->
              new NIOSequentialFileFactory(
                  directory.toFile(), true, BUFFER_BYTES, bufferTimeoutNanos, 1, false);
          case MAPPED ->
              new MappedSequentialFileFactory(
                  directory.toFile(),
                  FILE_BYTES,
                  true,
                  BUFFER_BYTES,
                  bufferTimeoutNanos,
                  ArtemisPeer::ioFailed);
          case AIO ->
              new AIOSequentialFileFactory(
                  directory.toFile(), BUFFER_BYTES, bufferTimeoutNanos, MAX_IO_AIO, false);
        };
    factory.setDatasync(true);
    JournalImpl built =
        new JournalImpl(
            FILE_BYTES,
            MIN_FILES,
            POOL_FILES,
            COMPACT_MIN_FILES,
            COMPACT_PERCENTAGE,
            factory,
            "bench",
            "amq",
            mode == Mode.AIO ? MAX_IO_AIO : 1);
    built.start();
    return built;
  }

  private static void ioFailed(Throwable cause, String message, @Nullable String file) {
    throw new IllegalStateException("journal: " + message + " " + file, cause);
  }

  private static List<RecordInfo> load(JournalImpl journal) throws Exception {
    List<RecordInfo> records = new ArrayList<>();
    List<PreparedTransactionInfo> prepared = new ArrayList<>();
    journal.load(records, prepared, (id, toAdd, toDelete) -> {}, false);
    return records;
  }

  private JournalImpl opened() {
    JournalImpl opened = journal;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return opened;
  }

  @Override
  public Writer writer() {
    return new Appending(opened(), lastId, durable);
  }

  @Override
  public void drain() throws Exception {
    if (!opened().flushAppendExecutor(1, TimeUnit.MINUTES)) {
      throw new IOException("the journal's append queue did not drain within a minute");
    }
    opened().getFileFactory().flush();
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.stop();
    }
    journal = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws Exception {
    JournalImpl reopened = build(directory);
    try {
      for (RecordInfo record : load(reopened)) {
        sink.record(0, record.data, 0, record.data.length);
      }
    } finally {
      reopened.stop();
    }
  }

  private record Appending(JournalImpl journal, AtomicLong lastId, boolean durable)
      implements Writer {
    @Override
    public void append(byte[] payload) throws Exception {
      journal.appendAddRecord(lastId.incrementAndGet(), RECORD_TYPE, payload, durable);
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) throws Exception {
      for (int i = 0; i < count; i++) {
        boolean last = i == count - 1;
        journal.appendAddRecord(
            lastId.incrementAndGet(),
            RECORD_TYPE,
            payloads[(from + i) % payloads.length],
            durable && last);
      }
    }

    @Override
    public boolean asynchronous() {
      return true;
    }

    @Override
    public void appendAsync(byte[] payload, Runnable durable) throws Exception {
      journal.appendAddRecord(
          lastId.incrementAndGet(),
          RECORD_TYPE,
          new Payload(payload),
          true,
          new Completion(durable));
    }
  }

  private static final class Payload implements EncodingSupport {
    private final byte[] bytes;

    Payload(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int getEncodeSize() {
      return bytes.length;
    }

    @Override
    public void encode(ActiveMQBuffer buffer) {
      buffer.writeBytes(bytes);
    }

    @Override
    public void decode(ActiveMQBuffer buffer) {
      throw new UnsupportedOperationException("written only");
    }
  }

  private record Completion(Runnable durable) implements IOCompletion {
    @Override
    public void storeLineUp() {}

    @Override
    public void done() {
      durable.run();
    }

    @Override
    public void onError(int code, String message) {
      throw new IllegalStateException("journal error " + code + ": " + message);
    }
  }
}
