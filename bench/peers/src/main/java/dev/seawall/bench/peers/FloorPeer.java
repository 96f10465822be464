// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The plainest log there can be: `[length][crc32c][payload]` written at the tail of a file whose
/// blocks are already on disk (a recycled segment), then `force(false)`. One lock; the first waiter
/// syncs for all. What a real log must beat, not a log one would use.
final class FloorPeer implements Peer {
  private static final int HEADER_BYTES = 8;
  private static final int ZERO_BYTES = 1 << 20;

  private final long zeroedBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition synced = lock.newCondition();
  private @Nullable FileChannel channel;
  private boolean durable;
  private long tail;
  private long writtenRecords;
  private long syncedRecords;
  private boolean syncing;

  /// @param zeroedBytes how much of the file is written and synced before the first append; behind
  ///   that it grows
  FloorPeer(long zeroedBytes) {
    this.zeroedBytes = zeroedBytes;
  }

  @Override
  public void open(Path directory, boolean durable) throws IOException {
    this.durable = durable;
    tail = 0;
    writtenRecords = 0;
    syncedRecords = 0;
    FileChannel opened =
        FileChannel.open(
            directory.resolve("floor.log"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
    channel = opened;
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZERO_BYTES);
    for (long position = 0; position < zeroedBytes; position += ZERO_BYTES) {
      zeros.clear();
      writeFully(opened, zeros, position);
    }
    opened.force(true);
  }

  @Override
  public Writer writer() {
    FileChannel target = channel;
    if (target == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(this, target);
  }

  private void append(FileChannel target, ByteBuffer frames)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      long position = tail;
      tail += frames.remaining();
      writeFully(target, frames, position);
      long mine = ++writtenRecords;
      if (durable) {
        awaitSync(target, mine);
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitSync(FileChannel target, long mine) throws IOException, InterruptedException {
    while (syncedRecords < mine) {
      if (syncing) {
        synced.await();
      } else {
        syncing = true;
        long covered = writtenRecords;
        lock.unlock();
        try {
          target.force(false);
        } finally {
          lock.lock();
          syncing = false;
        }
        syncedRecords = covered;
        synced.signalAll();
      }
    }
  }

  @Override
  public void drain() {}

  @Override
  public void close() throws IOException {
    FileChannel opened = channel;
    if (opened != null) {
      opened.close();
    }
    channel = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws IOException {
    CRC32C checksum = new CRC32C();
    try (FileChannel file =
        FileChannel.open(directory.resolve("floor.log"), StandardOpenOption.READ)) {
      ByteBuffer block = ByteBuffer.allocate(4 << 20).order(ByteOrder.LITTLE_ENDIAN);
      long position = 0;
      long size = file.size();
      while (position + HEADER_BYTES <= size) {
        block.clear();
        if (file.read(block, position) <= 0) {
          throw new EOFException("at " + position);
        }
        block.flip();
        int start = 0;
        while (block.limit() - start >= HEADER_BYTES) {
          int length = block.getInt(start);
          if (length == 0) {
            return;
          }
          if (block.limit() - start < HEADER_BYTES + length) {
            break;
          }
          checksum.reset();
          checksum.update(block.array(), start + HEADER_BYTES, length);
          if ((int) checksum.getValue() != block.getInt(start + 4)) {
            throw new IOException("wrong checksum at " + (position + start));
          }
          sink.record(0, block.array(), start + HEADER_BYTES, length);
          start += HEADER_BYTES + length;
        }
        if (start == 0) {
          throw new EOFException("cut frame at " + position);
        }
        position += start;
      }
    }
  }

  private static void writeFully(FileChannel target, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += target.write(bytes, at);
    }
  }

  private static final class Appending implements Writer {
    private final FloorPeer peer;
    private final FileChannel target;
    private final ByteBuffer frames =
        ByteBuffer.allocateDirect(2 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();

    Appending(FloorPeer peer, FileChannel target) {
      this.peer = peer;
      this.target = target;
    }

    @Override
    public void append(byte[] payload) throws IOException, InterruptedException {
      frames.clear();
      encode(payload);
      peer.append(target, frames.flip());
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count)
        throws IOException, InterruptedException {
      frames.clear();
      for (int i = 0; i < count; i++) {
        encode(payloads[(from + i) % payloads.length]);
      }
      peer.append(target, frames.flip());
    }

    private void encode(byte[] payload) {
      checksum.reset();
      checksum.update(payload, 0, payload.length);
      frames.putInt(payload.length).putInt((int) checksum.getValue()).put(payload);
    }
  }
}
