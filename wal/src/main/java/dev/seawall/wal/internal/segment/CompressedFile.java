// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CodecException;
import dev.seawall.wal.RecordCodec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A compressed segment file as the file that it was: for reading only, at any position.
/// Thread-safe.
///
/// What cannot be restored reads as zeros, and zeros are no frame: whoever walks the frames finds
/// the place and says so. The frames' own checksums vouch for all that is restored.
final class CompressedFile implements StorageFile {
  private static final int TAIL_BYTES = 8 << 10;
  private static final int LONGEST_TAIL_BYTES = 3 * (64 << 10);

  private final StorageFile file;
  private final BlockCompression how;
  private final @Nullable RecordCodec codec;
  private final @Nullable BlockIndex index;
  private final byte[] block = new byte[BlockIndex.BLOCK_BYTES];
  private final byte[] stored = new byte[2 * BlockIndex.BLOCK_BYTES];
  private int held = -1;

  private CompressedFile(
      StorageFile file,
      BlockCompression how,
      @Nullable RecordCodec codec,
      @Nullable BlockIndex index) {
    this.file = file;
    this.how = how;
    this.codec = codec;
    this.index = index;
  }

  /// Reads the index of an open file, which is closed with the result.
  static CompressedFile of(StorageFile file, BlockCompression how, @Nullable RecordCodec codec)
      throws StorageException {
    BlockIndex index = index(file, TAIL_BYTES);
    return new CompressedFile(
        file, how, codec, index == null ? index(file, LONGEST_TAIL_BYTES) : index);
  }

  private static @Nullable BlockIndex index(StorageFile file, int tailBytes)
      throws StorageException {
    long bytes = file.size();
    long from = Math.max(0, bytes - tailBytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment tail = arena.allocate(Math.max(1, bytes - from));
      long read = SegmentFiles.readFully(file, from, tail);
      return BlockIndex.find(tail.asSlice(0, read), from);
    }
  }

  /// Returns why nothing of it can be restored; null when its index is sound.
  @Nullable String problem() {
    return index == null ? "the index of its blocks is damaged, both copies" : null;
  }

  /// Returns the index of its blocks; null when it is damaged.
  @Nullable BlockIndex index() {
    return index;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public long size() throws StorageException {
    return index == null ? file.size() : index.fileBytes();
  }

  @Override
  public synchronized int read(long position, MemorySegment target) throws StorageException {
    long left = Math.min(target.byteSize(), size() - position);
    if (left <= 0) {
      return 0;
    }
    int wanted = (int) Math.min(left, Integer.MAX_VALUE);
    int done = 0;
    while (done < wanted) {
      done += readBlock(position + done, target.asSlice(done, wanted - done));
    }
    return wanted;
  }

  /// Fills as much of the target as one block, or the zeros behind all blocks, can.
  private int readBlock(long position, MemorySegment target) throws StorageException {
    BlockIndex known = index;
    if (known == null || position >= known.end()) {
      target.fill((byte) 0);
      return Math.toIntExact(target.byteSize());
    }
    int number = (int) (position / known.blockBytes());
    int within = (int) (position % known.blockBytes());
    int length = (int) Math.min(known.length(number) - within, target.byteSize());
    if (hold(known, number)) {
      MemorySegment.copy(block, within, target, ValueLayout.JAVA_BYTE, 0, length);
    } else {
      target.asSlice(0, length).fill((byte) 0);
    }
    return length;
  }

  private boolean hold(BlockIndex known, int number) throws StorageException {
    if (held == number) {
      return true;
    }
    held = -1;
    int storedLength = known.storedLength(number);
    MemorySegment into = MemorySegment.ofArray(stored).asSlice(0, storedLength);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(storedLength);
      if (SegmentFiles.readFully(file, known.start(number), memory) < storedLength) {
        return false;
      }
      into.copyFrom(memory);
    }
    try {
      how.expand(stored, storedLength, block, known.length(number), codec);
    } catch (CodecException _) {
      return false; // Told as the place where no frame is.
    }
    held = number;
    return true;
  }

  private UnsupportedOperationException sealed() {
    return new UnsupportedOperationException(file.path() + " is compressed, and immutable");
  }

  @Override
  public void submitWrite(IoTicket ticket, long position, MemorySegment source) {
    throw sealed();
  }

  @Override
  public void submitDurableWrite(IoTicket ticket, long position, MemorySegment source) {
    throw sealed();
  }

  @Override
  public void submitSync(IoTicket ticket) {
    throw sealed();
  }

  @Override
  public void write(long position, MemorySegment source) {
    throw sealed();
  }

  @Override
  public void truncate(long bytes) {
    throw sealed();
  }

  @Override
  public void sync() {
    throw sealed();
  }

  @Override
  public void close() {
    file.close();
  }
}
