// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static dev.seawall.wal.internal.frame.Layout.HEADER;
import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Encodes and decodes the payloads of control frames. Stateless. Every encoder returns the length
/// of the whole frame.
public final class ControlFrames {
  private ControlFrames() {}

  /// The payload of a SEAL frame.
  ///
  /// @param firstIndex the segment's first record
  /// @param lastIndex its last; `firstIndex - 1` when it holds none
  /// @param greatestTimestamp of its records; [Long#MIN_VALUE] when it holds none
  /// @param successor the segment that goes on
  /// @param sealedMillis wall clock at the seal: retention by age counts from it
  public record Seal(
      long firstIndex, long lastIndex, long greatestTimestamp, long successor, long sealedMillis) {}

  /// The payload of a CUT frame.
  ///
  /// @param newEpoch the epoch that begins at the cut
  /// @param lastIndexKept the last record kept
  /// @param segment the segment that is cut
  /// @param position where
  /// @param segmentFirstIndex the first index of that segment
  public record Cut(
      long newEpoch, long lastIndexKept, long segment, long position, long segmentFirstIndex) {}

  /// Encodes a GROUP or MARK frame.
  public static int group(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      FrameType type,
      int flags,
      int epoch,
      long nextIndex,
      long promiseSegment,
      long promisePosition,
      long groupEnd) {
    promise(memory, at, promiseSegment, promisePosition);
    memory.set(U64, at + HEADER + 16, groupEnd);
    FrameWriter.control(memory, at, seed, position, type, flags, 24, epoch, nextIndex);
    return Layout.GROUP_FRAME;
  }

  /// Encodes an EPOCH frame.
  public static int epoch(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      int epoch,
      Promise promise,
      long lastIndexKept) {
    promise(memory, at, promise.segment(), promise.position());
    memory.set(U64, at + HEADER + 16, lastIndexKept);
    FrameWriter.control(
        memory, at, seed, position, FrameType.EPOCH, 0, 24, epoch, lastIndexKept + 1);
    return Layout.EPOCH_FRAME;
  }

  /// Encodes a SEAL frame.
  public static int seal(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      int epoch,
      long promiseSegment,
      long promisePosition,
      Seal seal) {
    promise(memory, at, promiseSegment, promisePosition);
    memory.set(U64, at + HEADER + 16, seal.firstIndex());
    memory.set(U64, at + HEADER + 24, seal.lastIndex());
    memory.set(U64, at + HEADER + 32, seal.greatestTimestamp());
    memory.set(U64, at + HEADER + 40, seal.successor());
    memory.set(U64, at + HEADER + 48, seal.sealedMillis());
    FrameWriter.control(
        memory, at, seed, position, FrameType.SEAL, 0, 56, epoch, seal.lastIndex() + 1);
    return Layout.SEAL_FRAME;
  }

  /// Encodes a CUT frame.
  public static int cut(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      int epoch,
      long nextIndex,
      Promise promise,
      Cut cut) {
    promise(memory, at, promise.segment(), promise.position());
    memory.set(U64, at + HEADER + 16, cut.newEpoch());
    memory.set(U64, at + HEADER + 24, cut.lastIndexKept());
    memory.set(U64, at + HEADER + 32, cut.segment());
    memory.set(U64, at + HEADER + 40, cut.position());
    memory.set(U64, at + HEADER + 48, cut.segmentFirstIndex());
    FrameWriter.control(memory, at, seed, position, FrameType.CUT, 0, 56, epoch, nextIndex);
    return Layout.CUT_FRAME;
  }

  /// Encodes a STATE frame.
  public static int state(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      int epoch,
      long nextIndex,
      Promise promise,
      LogState state) {
    promise(memory, at, promise.segment(), promise.position());
    long p = at + HEADER + 16;
    long[] words = {
      state.firstIndexKept(),
      state.firstSegmentKept(),
      state.highestSegment(),
      state.segmentFirstIndex(),
      state.predecessor(),
      state.predecessorSalt(),
      state.predecessorEnd(),
      state.predecessorFirstIndex(),
      state.checkpoint()
    };
    for (long word : words) {
      memory.set(U64, p, word);
      p += 8;
    }
    memory.set(U32, p, state.pins().size());
    p += 4;
    for (Map.Entry<String, Long> pin : state.pins().entrySet()) {
      byte[] name = pin.getKey().getBytes(StandardCharsets.UTF_8);
      memory.set(U64, p, pin.getValue());
      memory.set(U32, p + 8, name.length);
      MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, p + 12, name.length);
      p += 12 + name.length;
    }
    int payload = Math.toIntExact(p - at - HEADER);
    FrameWriter.control(memory, at, seed, position, FrameType.STATE, 0, payload, epoch, nextIndex);
    return Math.toIntExact(Layout.frameBytes(payload));
  }

  /// Returns the length of a STATE frame.
  public static long stateBytes(LogState state) {
    long payload = 16 + 9 * 8 + 4;
    for (String name : state.pins().keySet()) {
      payload += 12 + name.getBytes(StandardCharsets.UTF_8).length;
    }
    return Layout.frameBytes(payload);
  }

  private static void promise(MemorySegment memory, long at, long segment, long position) {
    memory.set(U64, at + HEADER, segment);
    memory.set(U64, at + HEADER + 8, position);
  }

  /// Decodes the promise of any control frame.
  public static Promise promise(MemorySegment payload) {
    return new Promise(payload.get(U64, 0), payload.get(U64, 8));
  }

  /// Decodes where a GROUP or MARK frame says that its group ends.
  public static long groupEnd(MemorySegment payload) {
    return payload.get(U64, 16);
  }

  /// Decodes a SEAL frame.
  public static Seal seal(MemorySegment payload) {
    return new Seal(
        payload.get(U64, 16),
        payload.get(U64, 24),
        payload.get(U64, 32),
        payload.get(U64, 40),
        payload.get(U64, 48));
  }

  /// Decodes the last index kept of an EPOCH frame.
  public static long epochLastIndexKept(MemorySegment payload) {
    return payload.get(U64, 16);
  }

  /// Decodes a CUT frame.
  public static Cut cut(MemorySegment payload) {
    return new Cut(
        payload.get(U64, 16),
        payload.get(U64, 24),
        payload.get(U64, 32),
        payload.get(U64, 40),
        payload.get(U64, 48));
  }

  /// Decodes a STATE frame; null when its parts do not fit its length.
  public static @Nullable LogState state(MemorySegment payload) {
    long size = payload.byteSize();
    if (size < Layout.STATE_FRAME_MIN - HEADER - 4) {
      return null;
    }
    long[] word = new long[9];
    for (int i = 0; i < word.length; i++) {
      word[i] = payload.get(U64, 16 + i * 8L);
    }
    long p = 16 + 9 * 8;
    int count = payload.get(U32, p);
    p += 4;
    if (count < 0 || count > Layout.MAX_PINS) {
      return null;
    }
    TreeMap<String, Long> pins = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      if (p + 12 > size) {
        return null;
      }
      long index = payload.get(U64, p);
      int length = payload.get(U32, p + 8);
      if (length < 0 || length > Layout.MAX_PIN_NAME || p + 12 + length > size) {
        return null;
      }
      byte[] name = payload.asSlice(p + 12, length).toArray(ValueLayout.JAVA_BYTE);
      pins.put(new String(name, StandardCharsets.UTF_8), index);
      p += 12 + length;
    }
    return new LogState(
        word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7], word[8], pins);
  }
}
