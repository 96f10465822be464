// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Cell.Form;
import dev.seawall.io.Backend;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.AppendCallback;
import dev.seawall.wal.Durability;
import dev.seawall.wal.Retention;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalOptions.AppendMode;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WalStats;
import dev.seawall.wal.WriteAheadLog;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Seawall by its public API with default options; when it recycles, with retention by bytes.
/// Draining is [WriteAheadLog#flush]. A log that appends into mappings has nothing to drain: a
/// record is in the operating system's pages when its append returns.
///
/// The system property `bench.seawall`, `key=value,...` with the keys of [WalOptions#from], opens
/// the log with other options, to try them; the detail then says so.
final class SeawallPeer implements Peer {
  private static final Map<String, String> TRIED = tried(System.getProperty("bench.seawall", ""));

  private final Backend backend;
  private final AppendMode mode;
  private final boolean recycling;
  private @Nullable WriteAheadLog log;

  SeawallPeer(Backend backend, AppendMode mode, Form form) {
    this.backend = backend;
    this.mode = mode;
    this.recycling = form == Form.RECYCLING;
  }

  private static Map<String, String> tried(String pairs) {
    return pairs.isEmpty()
        ? Map.of()
        : Arrays.stream(pairs.split(","))
            .map(pair -> pair.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  @Override
  public @Nullable String unavailable() {
    try {
      SystemMachine.open(backend).scheduler().close();
      return null;
    } catch (StorageException e) {
      return e.getMessage();
    }
  }

  @Override
  public void open(Path directory, boolean durable) throws WalException, StorageException {
    log =
        WriteAheadLog.open(
            directory,
            options().withDurability(durable ? Durability.SYNCED : Durability.BUFFERED),
            backend);
  }

  private WalOptions options() {
    WalOptions options = WalOptions.from(TRIED).withAppendMode(mode);
    return recycling
        ? options.withRetention(Retention.keep().withMaxBytes(Form.KEPT_BYTES))
        : options;
  }

  /// Half as much again as is kept: then segments come back.
  @Override
  public long fillBytes() {
    return recycling ? Form.KEPT_BYTES * 3 / 2 : 0;
  }

  @Override
  public boolean forgets() {
    return recycling;
  }

  @Override
  public Map<String, Double> counters() {
    WalStats stats = opened().stats();
    return Map.of(
        "rolls", (double) stats.rolls(),
        "recycledSegments", (double) stats.recycledSegments(),
        "preparationWaits", (double) stats.preparationWaits(),
        "queueWaits", (double) stats.queueWaits());
  }

  private WriteAheadLog opened() {
    WriteAheadLog opened = log;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return opened;
  }

  @Override
  public Writer writer() {
    return new Appending(opened(), new WalBatch());
  }

  @Override
  public void drain() throws WalException, InterruptedException {
    if (mode == AppendMode.STAGED) {
      opened().flush();
    }
  }

  @Override
  public String detail() {
    return "backend="
        + opened().stats().backend()
        + ", append-mode="
        + mode
        + (TRIED.isEmpty() ? "" : ", tried: " + TRIED);
  }

  @Override
  public void close() throws WalException {
    if (log != null) {
      log.close();
    }
    log = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws WalException, StorageException {
    byte[] record = new byte[1 << 17];
    try (WriteAheadLog reopened = WriteAheadLog.open(directory, WalOptions.defaults(), backend);
        WalReader reader = reopened.reader(reopened.firstIndex())) {
      while (reader.next()) {
        MemorySegment payload = reader.payload();
        int length = Math.toIntExact(payload.byteSize());
        MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, 0, record, 0, length);
        sink.record(reader.index(), record, 0, length);
      }
    }
  }

  private record Appending(WriteAheadLog log, WalBatch batch) implements Writer {
    @Override
    public void append(byte[] payload) throws WalException, InterruptedException {
      log.append(payload);
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count)
        throws WalException, InterruptedException {
      batch.clear();
      for (int i = 0; i < count; i++) {
        batch.add(payloads[(from + i) % payloads.length]);
      }
      log.append(batch);
    }

    @Override
    public boolean asynchronous() {
      return true;
    }

    @Override
    public void appendAsync(byte[] payload, Runnable durable)
        throws WalException, InterruptedException {
      log.append(payload, Durability.SYNCED, new Completion(durable));
    }
  }

  private record Completion(Runnable done) implements AppendCallback {
    @Override
    public void durable(long index) {
      done.run();
    }

    @Override
    public void failed(long index, WalException cause) {
      throw new IllegalStateException("record " + index, cause);
    }
  }
}
