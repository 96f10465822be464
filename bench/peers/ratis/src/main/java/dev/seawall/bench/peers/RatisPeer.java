// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.raftlog.LogProtoUtils;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.jspecify.annotations.Nullable;

/// Ratis' log alone: a `SegmentedRaftLog` with its defaults. Durable is the future of an append:
/// behind a fdatasync by the log's worker, shared by what is queued. Without durability it syncs
/// only when its queue runs empty; nothing turns that off. CRC32C per entry.
public final class RatisPeer implements Peer {
  private static final ClientId CLIENT = ClientId.emptyClientId();

  private final Object order = new Object();
  private @Nullable RaftStorage storage;
  private @Nullable SegmentedRaftLog log;
  private CompletableFuture<Long> last = CompletableFuture.completedFuture(-1L);
  private boolean durable;
  private long nextIndex;

  /// @param cell what is measured
  public RatisPeer(Cell cell) {
    assert cell.payloadBytes() > 0;
  }

  @Override
  public void open(Path directory, boolean durable) throws IOException {
    this.durable = durable;
    nextIndex = 0;
    storage = storage(directory);
    log = create(storage, durable);
    log.open(RaftLog.INVALID_LOG_INDEX, null);
  }

  private static RaftStorage storage(Path directory) throws IOException {
    RaftStorage opened =
        RaftStorage.newBuilder()
            .setDirectory(new File(directory.toFile(), "raft"))
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setStorageFreeSpaceMin(SizeInBytes.ZERO)
            .setLogCorruptionPolicy(RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION)
            .build();
    opened.initialize();
    return opened;
  }

  private static SegmentedRaftLog create(RaftStorage storage, boolean durable) {
    RaftProperties properties = new RaftProperties();
    if (!durable) {
      RaftServerConfigKeys.Log.setForceSyncNum(properties, Integer.MAX_VALUE);
    }
    return SegmentedRaftLog.newBuilder()
        .setMemberId(
            RaftGroupMemberId.valueOf(RaftPeerId.valueOf("bench"), RaftGroupId.emptyGroupId()))
        .setSnapshotIndexSupplier(() -> -1)
        .setStorage(storage)
        .setProperties(properties)
        .build();
  }

  private SegmentedRaftLog opened() {
    SegmentedRaftLog opened = log;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return opened;
  }

  private CompletableFuture<Long> submit(byte[] payload) {
    ByteString data = UnsafeByteOperations.unsafeWrap(payload);
    StateMachineLogEntryProto content =
        LogProtoUtils.toStateMachineLogEntryProto(
            CLIENT, 1, StateMachineLogEntryProto.Type.WRITE, data, null);
    // The log takes one caller at a time, in the order of indexes.
    synchronized (order) {
      LogEntryProto entry = LogProtoUtils.toLogEntryProto(content, 1, nextIndex);
      last = opened().appendEntry(entry);
      nextIndex++;
      return last;
    }
  }

  private List<CompletableFuture<Long>> submit(byte[][] payloads, int from, int count) {
    List<LogEntryProto> entries = new ArrayList<>(count);
    synchronized (order) {
      for (int i = 0; i < count; i++) {
        StateMachineLogEntryProto content =
            LogProtoUtils.toStateMachineLogEntryProto(
                CLIENT,
                1,
                StateMachineLogEntryProto.Type.WRITE,
                UnsafeByteOperations.unsafeWrap(payloads[(from + i) % payloads.length]),
                null);
        entries.add(LogProtoUtils.toLogEntryProto(content, 1, nextIndex + i));
      }
      List<CompletableFuture<Long>> futures = opened().append(entries);
      nextIndex += count;
      last = futures.getLast();
      return futures;
    }
  }

  @Override
  public Writer writer() {
    return new Appending(this, durable);
  }

  @Override
  public void drain() {
    synchronized (order) {
      last.join();
    }
  }

  @Override
  public void close() throws IOException {
    if (log != null) {
      log.close();
    }
    if (storage != null) {
      storage.close();
    }
    log = null;
    storage = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws IOException {
    try (RaftStorage reopened = storage(directory);
        SegmentedRaftLog entries = create(reopened, true)) {
      entries.open(RaftLog.INVALID_LOG_INDEX, null);
      for (long index = Math.max(0, entries.getStartIndex());
          index < entries.getNextIndex();
          index++) {
        LogEntryProto entry = entries.get(index);
        if (entry == null) {
          throw new IOException("no entry " + index + " of " + entries.getNextIndex());
        }
        byte[] payload = entry.getStateMachineLogEntry().getLogData().toByteArray();
        sink.record(index + 1, payload, 0, payload.length);
      }
    }
  }

  private record Appending(RatisPeer peer, boolean durable) implements Writer {
    @Override
    public void append(byte[] payload) {
      CompletableFuture<Long> written = peer.submit(payload);
      if (durable) {
        written.join();
      }
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) {
      List<CompletableFuture<Long>> written = peer.submit(payloads, from, count);
      if (durable) {
        CompletableFuture.allOf(written.toArray(new CompletableFuture<?>[0])).join();
      }
    }

    @Override
    public boolean asynchronous() {
      return true;
    }

    @Override
    public void appendAsync(byte[] payload, Runnable durable) {
      CompletableFuture<Void> _ =
          peer.submit(payload)
              .handle((_, failure) -> {
                if (failure != null) {
                  throw new IllegalStateException("append failed", failure);
                }
                durable.run();
                return null;
              });
    }
  }
}
