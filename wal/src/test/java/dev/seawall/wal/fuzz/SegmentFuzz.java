// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Any bytes as a segment file, opened as a log: typed errors only.
///
/// The first byte says what the rest is: a whole file; what stands behind a good header; or a list
/// of frames with chosen fields and right checksums, behind a header with chosen fields.
final class SegmentFuzz {
  private static final int FILE_BYTES = 64 << 10;
  private static final List<FrameType> TYPES = List.of(FrameType.values());

  private SegmentFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws InterruptedException {
    FuzzBytes choices = new FuzzBytes(input);
    Map<String, byte[]> files = new LinkedHashMap<>();
    int kind = choices.one() % 4;
    switch (kind) {
      case 0 -> files.put("seawall-1-1.log", choices.rest());
      case 1 -> {
        byte[] file = new byte[FILE_BYTES];
        header(file, 1, 1, FILE_BYTES);
        byte[] rest = choices.rest();
        System.arraycopy(rest, 0, file, 4096, Math.min(rest.length, FILE_BYTES - 4096));
        files.put("seawall-1-1.log", file);
      }
      default -> {
        for (int number = 1; number < kind; number++) {
          files.put("seawall-1-" + number + ".log", frames(choices, number));
        }
      }
    }
    FuzzLog.open(files, (index, payload) -> {});
  }

  private static FrameKey header(byte[] file, long number, long salt, long fileBytes) {
    FrameKey key = new FrameKey(3, 5, salt);
    new SegmentHeader(key, number, 1, fileBytes).encode(MemorySegment.ofArray(file));
    return key;
  }

  private static byte[] frames(FuzzBytes choices, int number) {
    byte[] file = new byte[FILE_BYTES];
    int odd = choices.one();
    long fileBytes = (odd & 1) != 0 ? choices.number() : FILE_BYTES;
    FrameKey key = header(file, (odd & 2) != 0 ? choices.number() : number, number, fileBytes);
    MemorySegment memory = MemorySegment.ofArray(file);
    long at = Layout.FIRST_FRAME;
    int epoch = 1;
    long index = 1;
    if ((odd & 4) == 0) {
      LogState state = new LogState(1, 1, number, 1, 0, 0, 0, 0, 0, new TreeMap<>());
      at += ControlFrames.state(memory, at, key.seed(), at, epoch, index, Promise.NONE, state);
    }
    int frames = 0;
    while (choices.more() && frames++ < 60 && at + 600 < FILE_BYTES) {
      int type = choices.one();
      if ((type & 0x80) != 0) {
        index = choices.number();
      }
      if ((type & 0x40) != 0) {
        epoch = (int) choices.number();
      }
      if ((type & 0x20) != 0) {
        at += 8L * choices.below(64);
      }
      int length = put(memory, at, key.seed(), TYPES.get(type & 7), epoch, index, choices);
      index += (type & 7) == 0 ? 1 : 0;
      at += length;
    }
    return file;
  }

  private static int put(
      MemorySegment memory,
      long at,
      long seed,
      FrameType type,
      int epoch,
      long index,
      FuzzBytes choices) {
    Promise promise = new Promise(choices.number(), choices.number());
    return switch (type) {
      case GROUP, MARK -> {
        yield ControlFrames.group(
            memory,
            at,
            seed,
            at,
            type,
            0,
            epoch,
            index,
            promise.segment(),
            promise.position(),
            choices.number());
      }
      case STATE -> {
        LogState state =
            new LogState(
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                new TreeMap<>());
        yield ControlFrames.state(memory, at, seed, at, epoch, index, promise, state);
      }
      case EPOCH -> {
        yield ControlFrames.epoch(memory, at, seed, at, epoch, promise, index - 1);
      }
      case SEAL -> {
        ControlFrames.Seal seal =
            new ControlFrames.Seal(
                choices.number(), index - 1, choices.number(), choices.number(), 1);
        yield ControlFrames.seal(
            memory, at, seed, at, epoch, promise.segment(), promise.position(), seal);
      }
      case CUT -> {
        ControlFrames.Cut cut =
            new ControlFrames.Cut(
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number(),
                choices.number());
        yield ControlFrames.cut(memory, at, seed, at, epoch, index, promise, cut);
      }
      case RECORD, PAD -> plain(memory, at, seed, type, epoch, index, choices);
    };
  }

  private static int plain(
      MemorySegment memory,
      long at,
      long seed,
      FrameType type,
      int epoch,
      long index,
      FuzzBytes choices) {
    int bytes = choices.below(300);
    for (int i = 0; i < bytes; i++) {
      memory.set(ValueLayout.JAVA_BYTE, at + Layout.HEADER + i, (byte) i);
    }
    int flags = type == FrameType.RECORD ? choices.one() & 1 : 0;
    int crc = Checksums.crc32c(memory, at + Layout.HEADER, bytes);
    FrameWriter.header(memory, at, seed, at, type, flags, bytes, crc, epoch, index, 7);
    return Math.toIntExact(Layout.frameBytes(bytes));
  }
}
