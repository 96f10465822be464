// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.Scenarios.demand;

import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.scan.Chain;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.TreeMap;

/// What a frame must be keyed by, on bytes made by hand: bytes that no crash of the simulated
/// device produces.
final class FrameScenarios {
  private static final FrameKey KEY = new FrameKey(11, 22, 33);
  private static final long FILE_BYTES = 64 << 10;

  private FrameScenarios() {}

  static void frameAtAnotherPlaceIsNotValid() {
    expect(KEY, 8192, KEY, 8192, FrameReader.Result.VALID);
    expect(KEY, 8192, KEY, 12288, FrameReader.Result.INVALID);
  }

  static void frameOfAnotherLogIsNotValid() {
    expect(KEY, 8192, new FrameKey(11, 23, 33), 8192, FrameReader.Result.INVALID);
    expect(KEY, 8192, new FrameKey(12, 22, 33), 8192, FrameReader.Result.INVALID);
  }

  static void staleFrameOfARecycledFileIsNotValid() {
    expect(KEY, 8192, new FrameKey(11, 22, 34), 8192, FrameReader.Result.INVALID);
  }

  private static void expect(
      FrameKey written, long at, FrameKey read, long seenAt, FrameReader.Result expected) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Layout.BLOCK, 8);
      record(memory, 0, written.seed(), at, 1, 7, 16);
      FrameReader reader = new FrameReader(read, 1, FILE_BYTES, 1 << 20);
      reader.over(memory, seenAt, memory.byteSize());
      FrameReader.Result found = reader.read(seenAt);
      demand(
          found == expected,
          "a frame of "
              + written
              + " at "
              + at
              + ", read with "
              + read
              + " at "
              + seenAt
              + ": "
              + found);
    }
  }

  private static long record(
      MemorySegment memory, long at, long seed, long position, int epoch, long index, int length) {
    int crc = Checksums.crc32c(memory, at + Layout.HEADER, length);
    FrameWriter.header(
        memory,
        at,
        seed,
        position,
        FrameType.RECORD,
        Layout.FLAG_BATCH_END,
        length,
        crc,
        epoch,
        index,
        0);
    return at + Layout.frameBytes(length);
  }

  static void frameThatSkipsAnIndexDoesNotBelong() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(FILE_BYTES, 8);
      LogState state = new LogState(1, 1, 1, 1, 0, 0, 0, 0, 0, new TreeMap<>());
      long at = Layout.FIRST_FRAME;
      at += ControlFrames.state(memory, at, KEY.seed(), at, 1, 1, Promise.NONE, state);
      at = record(memory, at, KEY.seed(), at, 1, 1, 16);
      record(memory, at, KEY.seed(), at, 1, 3, 16);
      FrameReader reader = new FrameReader(KEY, 1, FILE_BYTES, 1 << 20);
      reader.over(memory, 0, FILE_BYTES);
      Chain chain = new Chain(1);
      at = Layout.FIRST_FRAME;
      while (reader.read(at) == FrameReader.Result.VALID && chain.take(reader)) {
        at = reader.end();
      }
      demand(
          chain.lastIndex() == 1, "records 1 and 3 stand there; kept up to " + chain.lastIndex());
    }
  }

  static void lengthBeyondTheLimitIsNotValid() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Layout.BLOCK, 8);
      FrameWriter.header(
          memory, 0, KEY.seed(), 8192, FrameType.RECORD, 1, (1 << 20) + 1, 0, 1, 7, 0);
      FrameReader reader = new FrameReader(KEY, 1, 1L << 40, 1 << 20);
      reader.over(memory, 8192, memory.byteSize());
      FrameReader.Result found = reader.read(8192);
      demand(
          found == FrameReader.Result.INVALID, "a record of a byte more than the limit: " + found);
    }
  }
}
