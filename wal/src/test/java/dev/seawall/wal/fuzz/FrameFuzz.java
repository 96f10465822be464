// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameScanner;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Promise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Any bytes as frames: nothing but a verdict comes out, nothing outside is read, and a valid frame
/// is one that our writer would have written.
///
/// No fuzzer guesses a 64-bit checksum, so the first byte says whether header and payload checksums
/// are put right before reading.
final class FrameFuzz {
  private static final FrameKey KEY = new FrameKey(0x5EA, 0xA11, 0x5A17);
  private static final long MAX_RECORD_BYTES = 1 << 12;
  private static final long BASE = 4096;
  private static final long SEGMENT = 7;

  private FrameFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    FuzzBytes choices = new FuzzBytes(input);
    int repair = choices.one();
    long behind = choices.one() * 64L;
    byte[] data = choices.rest();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(data.length, 8);
      MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 0, data.length);
      if ((repair & 1) != 0) {
        repair(memory, (repair & 2) != 0);
      }
      FrameReader reader =
          new FrameReader(KEY, SEGMENT, BASE + data.length + behind, MAX_RECORD_BYTES);
      reader.over(memory, BASE, data.length);
      FrameScanner.search(
          reader, BASE, BASE + data.length, frame -> check(frame, memory, data.length));
      for (long position = BASE; position < BASE + data.length + 64; position += 8) {
        if (reader.read(position) == FrameReader.Result.INCOMPLETE
            && position + Layout.HEADER <= BASE + data.length) {
          demand(
              position + reader.frameBytes() <= BASE + data.length + behind,
              "a frame that goes on behind the end of the file");
        }
      }
    }
  }

  private static void repair(MemorySegment memory, boolean payloads) {
    long at = 0;
    while (at + Layout.HEADER <= memory.byteSize()) {
      long lengthWord = memory.get(U64, at + 8);
      long length = lengthWord & 0xFFFF_FFFFL;
      long frame = Layout.frameBytes(length);
      if (payloads && at + frame <= memory.byteSize()) {
        memory.set(U32, at + 16, Checksums.crc32c(memory, at + Layout.HEADER, length));
      }
      memory.set(
          U64,
          at,
          FrameKey.headerChecksum(
              KEY.seed(),
              BASE + at,
              lengthWord,
              memory.get(U64, at + 16),
              memory.get(U64, at + 24),
              memory.get(U64, at + 32)));
      at += at + frame <= memory.byteSize() ? frame : Layout.HEADER;
    }
  }

  private static void check(FrameReader frame, MemorySegment memory, long length) {
    long at = frame.position() - BASE;
    demand(at >= 0 && frame.end() <= BASE + length, "a frame reaches outside");
    demand(frame.payloadOffset() + frame.payloadLength() <= length, "a payload reaches outside");
    long bytes = Layout.HEADER + frame.payload().byteSize();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment again = arena.allocate(Layout.frameBytes(frame.payloadLength()), 8);
      MemorySegment.copy(memory, at, again, 0, bytes);
      encode(frame, again);
      demand(
          MemorySegment.mismatch(memory, at, at + bytes, again, 0, bytes) == -1,
          "a valid " + frame.type() + " is encoded differently");
    }
  }

  private static void encode(FrameReader frame, MemorySegment to) {
    MemorySegment payload = frame.payload();
    long seed = KEY.seed();
    long at = frame.position();
    int epoch = (int) frame.epoch();
    int flags = frame.endsBatch() ? Layout.FLAG_BATCH_END : 0;
    switch (frame.type()) {
      case RECORD ->
          FrameWriter.header(
              to,
              0,
              seed,
              at,
              FrameType.RECORD,
              flags,
              frame.payloadLength(),
              Checksums.crc32c(payload, 0, payload.byteSize()),
              epoch,
              frame.index(),
              frame.timestamp());
      case PAD -> {}
      case GROUP, MARK -> {
        Promise promise = ControlFrames.promise(payload);
        int closed = frame.marksClose() ? Layout.FLAG_CLOSED : 0;
        ControlFrames.group(
            to,
            0,
            seed,
            at,
            frame.type(),
            closed,
            epoch,
            frame.index(),
            promise.segment(),
            promise.position(),
            ControlFrames.groupEnd(payload));
        keepTimestamp(frame, to);
      }
      // These hold more than their header says once; decoding must not throw.
      case STATE -> ControlFrames.state(payload);
      case EPOCH -> ControlFrames.epochLastIndexKept(payload);
      case SEAL -> ControlFrames.seal(payload);
      case CUT -> ControlFrames.cut(payload);
    }
  }

  /// A control frame with a timestamp is valid, though none is written.
  private static void keepTimestamp(FrameReader frame, MemorySegment to) {
    if (frame.timestamp() != 0) {
      to.set(U64, 32, frame.timestamp());
      FrameWriter.restamp(to, 0, KEY.seed(), frame.position(), to.get(U32, 16));
    }
  }

  private static void demand(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }
}
