// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.WalOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Compresses one sealed and durable segment, a block a step. Confined to one thread; one use.
///
/// Temporary, sync, rename, sync directory; then the new file is read back and compared with the
/// old one, byte for byte; only then the old one goes.
public final class SegmentCompressor implements AutoCloseable {
  /// What became of it.
  public enum Outcome {
    /// The compressed file stands in the place of the other.
    DONE,
    /// It would not be smaller by an eighth: nothing was changed.
    NOT_WORTH
  }

  private final SegmentFiles log;
  private final Segment segment;
  private final BlockCompression how;
  private final IoQueue queue;
  private final StorageFile file;
  private final AtomicFile target;
  private final byte[] block = new byte[BlockIndex.BLOCK_BYTES];
  private final long[] starts;
  private int next;

  private SegmentCompressor(
      SegmentFiles log,
      Segment segment,
      BlockCompression how,
      IoQueue queue,
      StorageFile file,
      AtomicFile target) {
    this.log = log;
    this.segment = segment;
    this.how = how;
    this.queue = queue;
    this.file = file;
    this.target = target;
    this.starts =
        new long[Math.toIntExact(BlockIndex.blocks(segment.end(), BlockIndex.BLOCK_BYTES)) + 1];
  }

  /// Returns whether a segment is one to compress: whole, not compressed, not encrypted, of a
  /// length that an index can tell of.
  public static boolean suits(SegmentFiles log, Segment segment) throws StorageException {
    return segment.sealed()
        && segment.damage() == null
        && (segment.features() & dev.seawall.wal.internal.frame.FormatVersion.ENCRYPTED) == 0
        && BlockIndex.blocks(segment.end(), BlockIndex.BLOCK_BYTES) <= BlockIndex.MAX_BLOCKS
        && log.files().status(segment.path()).isFile();
  }

  /// Begins with a segment.
  ///
  /// @throws IllegalArgumentException when `compression` is none, or its codec is missing
  public static SegmentCompressor begin(
      SegmentFiles log, Segment segment, WalOptions.SealedCompression compression)
      throws StorageException {
    BlockCompression how = how(compression);
    if (!how.usable(log.codec())) {
      throw new IllegalArgumentException("no codec for " + compression);
    }
    IoQueue queue = log.files().newQueue();
    StorageFile file = null;
    boolean done = false;
    try {
      file = log.openForReading(segment.path(), queue);
      AtomicFile target =
          AtomicFile.begin(log.files(), CompressedSegments.path(segment.path(), how));
      SegmentCompressor begun = new SegmentCompressor(log, segment, how, queue, file, target);
      done = true;
      return begun;
    } finally {
      if (!done) {
        if (file != null) {
          file.close();
        }
        queue.close();
      }
    }
  }

  private static BlockCompression how(WalOptions.SealedCompression compression) {
    return switch (compression) {
      case GZIP -> BlockCompression.GZIP;
      case ZSTD -> BlockCompression.ZSTD;
      case NONE -> throw new IllegalArgumentException("no compression");
    };
  }

  /// Returns the segment.
  public Segment segment() {
    return segment;
  }

  /// Compresses one block; returns whether there are more.
  public boolean step() throws StorageException {
    if (next == starts.length - 1) {
      return false;
    }
    long at = (long) next * BlockIndex.BLOCK_BYTES;
    int length = (int) Math.min(BlockIndex.BLOCK_BYTES, segment.end() - at);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(length);
      if (SegmentFiles.readFully(file, at, memory) < length) {
        throw new StorageException(
            "compress", segment.path(), "it ends before its last frame does", null);
      }
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, block, 0, length);
    }
    byte[] stored = how.compress(block, length, log.codec());
    target.append(MemorySegment.ofArray(stored));
    next++;
    starts[next] = starts[next - 1] + stored.length;
    return next < starts.length - 1;
  }

  /// Puts the compressed file in the place of the other; durable when it returns. The caller makes
  /// sure that the segment is still part of the log.
  ///
  /// @throws StorageException when that failed; the segment file is still there then
  public Outcome finish() throws StorageException {
    if (starts[next] > segment.fileBytes() - segment.fileBytes() / 8) {
      return Outcome.NOT_WORTH;
    }
    BlockIndex index =
        new BlockIndex(
            BlockIndex.BLOCK_BYTES,
            segment.fileBytes(),
            segment.end(),
            segment.key().salt(),
            segment.number(),
            starts);
    byte[] wrapped = how.wrapIndex(index.encode());
    target.append(MemorySegment.ofArray(wrapped));
    target.append(MemorySegment.ofArray(wrapped));
    target.commit();
    compare();
    log.files().delete(segment.path());
    log.files().syncDirectory(log.directory());
    return Outcome.DONE;
  }

  /// Reads the new file back.
  private void compare() throws StorageException {
    byte[] again = new byte[BlockIndex.BLOCK_BYTES];
    boolean same = true;
    try (IoQueue other = log.files().newQueue();
        Arena arena = Arena.ofConfined();
        CompressedFile compressed =
            CompressedFile.of(
                log.files()
                    .open(
                        CompressedSegments.path(segment.path(), how),
                        dev.seawall.io.FileSystem.OpenMode.READ,
                        other),
                how,
                log.codec())) {
      MemorySegment memory = arena.allocate(BlockIndex.BLOCK_BYTES);
      same = compressed.problem() == null && compressed.size() == segment.fileBytes();
      for (long at = 0; same && at < segment.end(); at += BlockIndex.BLOCK_BYTES) {
        int length = (int) Math.min(BlockIndex.BLOCK_BYTES, segment.end() - at);
        SegmentFiles.readFully(file, at, memory.asSlice(0, length));
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, block, 0, length);
        compressed.read(at, MemorySegment.ofArray(again).asSlice(0, length));
        same = Arrays.equals(block, 0, length, again, 0, length);
      }
    }
    if (!same) {
      CompressedSegments.delete(log, segment.path());
      throw new StorageException(
          "compress",
          segment.path(),
          "what was written and synced reads back as something else: the disk loses or misplaces"
              + " writes. The segment stays as it is",
          null);
    }
  }

  /// Gives up what was not finished; idempotent.
  @Override
  public void close() {
    target.close();
    file.close();
    queue.close();
  }
}
