// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoTicket;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.ActiveSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A staging buffer that holds one group on its way to the file: the bytes of the shared tail block
/// in front, then frames.
///
/// Filled under the append lock; closed there; from then on it belongs to the committer, whose
/// write may read it at any moment; used again when that write is done.
final class Window {
  /// Longer groups go past the page cache although nobody waits for them (ADR 0014).
  private static final int PAST_CACHE_BYTES = 256 << 10;

  private static final MemorySegment ZEROS = Arena.global().allocate(Layout.BLOCK, 8);

  final MemorySegment memory;
  final long bytes;
  final IoTicket ticket = new IoTicket();
  private final @Nullable MemorySegment[] byBlocks;
  private final @Nullable Arena own;

  /// The memory again, for checksums: made once, so that a checksum allocates nothing however the
  /// JIT sees it. None for a window of its own, which may be longer than a buffer can be.
  private final @Nullable ByteBuffer view;

  private final CRC32C crc = new CRC32C();

  @Nullable ActiveSegment segment;

  /// Position in the file of the first byte of memory.
  long base;

  /// Bytes in front that belong to the group before: the committer puts them there when it has
  /// their last form.
  long front;

  /// Offset of the first frame.
  long start;

  /// Offset where the next frame goes.
  long tail;

  /// Offset up to which a mapping has the frames.
  long stored;

  /// Group number; groups become durable in this order.
  long seq;

  long firstIndex;
  long lastIndex;
  int batches;
  boolean grouped;

  /// Offset of the GROUP frame, once there is one.
  long groupAt;

  boolean seals;

  /// The segment's STATE frame stands in front of `start`.
  boolean beginsSegment;

  boolean durableWrite;
  long closedBytes;
  long closedBatches;
  long submittedNanos;

  /// @param own closes the memory when the window is not used again; null for windows of the ring
  Window(MemorySegment memory, @Nullable Arena own) {
    this.memory = memory;
    this.bytes = memory.byteSize();
    this.view = own == null ? memory.asByteBuffer() : null;
    this.byBlocks = new MemorySegment[Math.toIntExact(bytes / Layout.BLOCK) + 1];
    this.own = own;
  }

  /// Begins a new use.
  void open(ActiveSegment segment, long base, long start, long seq, long nextIndex) {
    this.segment = segment;
    this.base = base;
    this.front = start;
    this.start = start;
    this.tail = start;
    this.stored = start;
    this.seq = seq;
    this.firstIndex = nextIndex;
    this.lastIndex = nextIndex - 1;
    this.batches = 0;
    this.grouped = false;
    this.seals = false;
    this.beginsSegment = false;
    this.durableWrite = false;
  }

  /// What stays free behind the frames of appends: for a seal, or a padding that is no frame's
  /// length short of two blocks.
  static final int RESERVE = Math.max(Layout.SEAL_FRAME, Layout.BLOCK) + Layout.HEADER;

  /// Returns whether `need` more bytes leave room for a seal or padding behind them.
  boolean fits(long need) {
    return tail + need + RESERVE <= bytes;
  }

  /// Returns whether it holds any frame.
  boolean hasFrames() {
    return tail > start || beginsSegment;
  }

  /// Returns the position in the file where its frames end.
  long endPosition() {
    return base + tail;
  }

  ActiveSegment owner() {
    ActiveSegment held = segment;
    if (held == null) {
      throw new AssertionError("window is not open");
    }
    return held;
  }

  /// Returns the first `length` bytes, a multiple of the block; the same object for the same
  /// length, so that a steady stream of groups allocates nothing.
  MemorySegment blocks(long length) {
    int count = Math.toIntExact(length / Layout.BLOCK);
    MemorySegment known = byBlocks[count];
    if (known == null) {
      known = memory.asSlice(0, length);
      byBlocks[count] = known;
    }
    return known;
  }

  /// Puts into the segment's mapping, if there is one, what it has not yet: from here on that
  /// survives the death of the process.
  void store(Appender.Owner log) {
    MappedWindow mapped = owner().mapped();
    if (mapped == null) {
      return;
    }
    try {
      mapped.store(base + stored, memory, stored, tail - stored);
      stored = tail;
    } catch (StorageException e) {
      log.storeFailed(e);
    }
  }

  /// Returns the checksum of a record's stored payload: the one of the caller's bytes, or for a
  /// mapping, which nobody looks at again, that of the copy.
  int checksum(long frameAt, int length, int ofSource) {
    return owner().mapped() == null ? ofSource : storedChecksum(frameAt, length);
  }

  /// Returns the CRC32C of a frame's payload as it is stored; for whom the window belongs to.
  int storedChecksum(long frameAt, int length) {
    if (view == null) {
      return Checksums.crc32c(memory, frameAt + Layout.HEADER, length);
    }
    int from = Math.toIntExact(frameAt + Layout.HEADER);
    crc.reset();
    crc.update(view.limit(from + length).position(from));
    return (int) crc.getValue();
  }

  /// Copies frames from a position in the file on; returns how many bytes.
  long copyTo(MemorySegment target, long position) {
    long length = Math.min(target.byteSize(), endPosition() - position);
    MemorySegment.copy(memory, position - base, target, 0, length);
    return length;
  }

  /// Hands its blocks to the file.
  ///
  /// @param synced whether somebody waits for a sync that follows
  /// @param alone whether nothing else could be done meanwhile: the caller waits then, which takes
  ///   fewer trips than an operation in flight
  void send(long position, MemorySegment blocks, boolean synced, boolean alone) {
    StorageFile file = owner().file();
    if (owner().mapped() != null) {
      settle();
    } else if (durableWrite && alone) {
      writeDurably(file, position, blocks);
    } else if (durableWrite) {
      file.submitDurableWrite(ticket, position, blocks);
    } else if (synced || blocks.byteSize() >= PAST_CACHE_BYTES) {
      file.submitWrite(ticket, position, blocks);
    } else {
      file.submitCachedWrite(ticket, position, blocks);
    }
  }

  /// Its frames are in the mapping already; at most they are synced.
  private void settle() {
    if (durableWrite) {
      owner().submitSync(ticket, base + start, endPosition());
    } else {
      ticket.begin();
      ticket.complete(null);
    }
  }

  private void writeDurably(StorageFile file, long position, MemorySegment blocks) {
    ticket.begin();
    StorageException failure = null;
    try {
      file.writeDurably(position, blocks);
    } catch (StorageException e) {
      failure = e;
    }
    ticket.complete(failure);
  }

  /// Zeros what lies between the frames and an offset, at most a block further.
  void zeroTo(long end) {
    MemorySegment.copy(ZEROS, 0, memory, tail, end - tail);
  }

  /// Returns whether it goes back to the ring.
  boolean pooled() {
    return own == null;
  }

  /// Frees memory of its own.
  void free() {
    if (own != null) {
      own.close();
    }
  }
}
