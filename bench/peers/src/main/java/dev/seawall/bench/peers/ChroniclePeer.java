// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/// Chronicle Queue with its defaults (FAST_DAILY, 64 MiB blocks), raw bytes in a document, one
/// appender per thread. Durable is `syncMode(SYNC)` and `appender.sync()` after each record: an
/// msync of that appender's own range. No checksum, no group commit.
final class ChroniclePeer implements Peer {
  private @Nullable ChronicleQueue queue;
  private boolean durable;

  @Override
  public void open(Path directory, boolean durable) {
    this.durable = durable;
    queue = build(directory, durable);
  }

  private static ChronicleQueue build(Path directory, boolean durable) {
    SingleChronicleQueueBuilder builder = SingleChronicleQueueBuilder.binary(directory);
    return (durable ? builder.syncMode(SyncMode.SYNC) : builder).build();
  }

  @Override
  public Writer writer() {
    ChronicleQueue opened = queue;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(opened.createAppender(), durable);
  }

  @Override
  public void drain() {}

  @Override
  public void close() {
    if (queue != null) {
      queue.close();
    }
    queue = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) {
    byte[] record = new byte[1 << 17];
    try (ChronicleQueue opened = build(directory, false);
        ExcerptTailer tailer = opened.createTailer()) {
      while (true) {
        try (DocumentContext document = tailer.readingDocument()) {
          if (!document.isPresent()) {
            return;
          }
          int length = bytesOf(document).read(record);
          sink.record(0, record, 0, length);
        }
      }
    }
  }

  private static Bytes<?> bytesOf(DocumentContext document) {
    Wire wire = document.wire();
    if (wire == null) {
      throw new IllegalStateException("document without wire");
    }
    return wire.bytes();
  }

  private record Appending(ExcerptAppender appender, boolean durable) implements Writer {
    @Override
    public void append(byte[] payload) {
      write(payload);
      if (durable) {
        appender.sync();
      }
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) {
      for (int i = 0; i < count; i++) {
        write(payloads[(from + i) % payloads.length]);
      }
      if (durable) {
        appender.sync();
      }
    }

    private void write(byte[] payload) {
      try (DocumentContext document = appender.writingDocument()) {
        bytesOf(document).write(payload);
      }
    }

    @Override
    public void close() {
      appender.close();
    }
  }
}
