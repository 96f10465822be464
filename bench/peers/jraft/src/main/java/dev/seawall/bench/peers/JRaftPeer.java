// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// SOFAJRaft's log storage alone: `RocksDBLogStorage` with its default options and codec V2, as a
/// node would call it. Durable is `RaftOptions.sync`, a RocksDB put with `sync`.
public final class JRaftPeer implements Peer {
  private final AtomicLong lastIndex = new AtomicLong();
  private @Nullable RocksDBLogStorage storage;

  /// @param cell what is measured
  public JRaftPeer(Cell cell) {
    assert cell.payloadBytes() > 0;
  }

  @Override
  public void open(Path directory, boolean durable) throws IOException {
    storage = init(directory, durable);
    lastIndex.set(0);
  }

  private static RocksDBLogStorage init(Path directory, boolean durable) throws IOException {
    RaftOptions raft = new RaftOptions();
    raft.setSync(durable);
    LogStorageOptions options = new LogStorageOptions();
    options.setGroupId("bench");
    options.setConfigurationManager(new ConfigurationManager());
    options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
    RocksDBLogStorage opened = new RocksDBLogStorage(directory.toString(), raft);
    if (!opened.init(options)) {
      throw new IOException("RocksDBLogStorage does not open " + directory);
    }
    return opened;
  }

  @Override
  public Writer writer() {
    RocksDBLogStorage opened = storage;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(opened, lastIndex);
  }

  /// Every put is a write() to the operating system.
  @Override
  public void drain() {}

  @Override
  public void close() {
    if (storage != null) {
      storage.shutdown();
    }
    storage = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws IOException {
    RocksDBLogStorage opened = init(directory, false);
    try {
      long last = opened.getLastLogIndex();
      for (long index = opened.getFirstLogIndex(); index <= last; index++) {
        LogEntry entry = opened.getEntry(index);
        if (entry == null) {
          throw new IOException("no entry " + index + " of " + last);
        }
        ByteBuffer data = entry.getData();
        sink.record(index, data.array(), data.arrayOffset() + data.position(), data.remaining());
      }
    } finally {
      opened.shutdown();
    }
  }

  private record Appending(RocksDBLogStorage storage, AtomicLong lastIndex) implements Writer {
    @Override
    public void append(byte[] payload) throws IOException {
      if (!storage.appendEntry(entry(lastIndex.incrementAndGet(), payload))) {
        throw new IOException("appendEntry refused");
      }
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) throws IOException {
      long last = lastIndex.addAndGet(count);
      List<LogEntry> entries = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        entries.add(entry(last - count + 1 + i, payloads[(from + i) % payloads.length]));
      }
      if (storage.appendEntries(entries) != count) {
        throw new IOException("appendEntries took fewer than " + count);
      }
    }

    private static LogEntry entry(long index, byte[] payload) {
      LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
      entry.setId(new LogId(index, 1));
      entry.setData(ByteBuffer.wrap(payload));
      return entry;
    }
  }
}
