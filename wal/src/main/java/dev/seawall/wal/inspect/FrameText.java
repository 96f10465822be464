// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.wal.KeyException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.frame.Wrap;
import dev.seawall.wal.internal.scan.Chain;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Frames in words. Stateless.
final class FrameText {
  private FrameText() {}

  /// Returns what a frame's payload says; empty for padding and for records that are stored as they
  /// were given.
  static String describe(FrameReader frame) {
    MemorySegment payload = frame.payload();
    return switch (frame.type()) {
      case RECORD -> frame.wrapped() ? wrap(Wrap.decode(payload)) : "";
      case PAD -> "";
      case GROUP -> promise(frame) + ", group ends at " + ControlFrames.groupEnd(payload);
      case MARK -> promise(frame) + (frame.marksClose() ? ", closed" : "");
      case EPOCH ->
          promise(frame) + ", cut behind record " + ControlFrames.epochLastIndexKept(payload);
      case SEAL -> promise(frame) + ", " + seal(ControlFrames.seal(payload));
      case CUT -> promise(frame) + ", " + cut(ControlFrames.cut(payload));
      case STATE -> promise(frame) + ", " + state(ControlFrames.state(payload));
    };
  }

  private static String wrap(Wrap wrap) {
    return wrap.compressionName()
        + ", "
        + wrap.plainLength()
        + " bytes plain"
        + (wrap.cipher() == 0
            ? ""
            : ", encrypted with key "
                + KeyException.idText(wrap.keyId())
                + ", number "
                + wrap.number());
  }

  private static String promise(FrameReader frame) {
    Promise promise = frame.promise();
    return promise == null || promise.segment() == 0
        ? "no promise"
        : "promises segment " + promise.segment() + " up to " + promise.position();
  }

  private static String seal(ControlFrames.Seal seal) {
    return "records "
        + seal.firstIndex()
        + " to "
        + seal.lastIndex()
        + ", goes on in segment "
        + seal.successor();
  }

  private static String cut(ControlFrames.Cut cut) {
    return "truncates behind record "
        + cut.lastIndexKept()
        + " at segment "
        + cut.segment()
        + ", position "
        + cut.position()
        + ", epoch "
        + cut.newEpoch();
  }

  private static String state(@Nullable LogState state) {
    if (state == null) {
      return "unreadable state";
    }
    return "keeps records from "
        + state.firstIndexKept()
        + " and segments from "
        + state.firstSegmentKept()
        + (state.predecessor() == 0 ? "" : ", follows segment " + state.predecessor())
        + (state.checkpoint() == 0 ? "" : ", checkpoint " + state.checkpoint())
        + (state.pins().isEmpty() ? "" : ", pins " + state.pins());
  }

  /// Returns why a valid frame does not belong.
  static String stray(FrameReader frame, Chain chain) {
    if (chain.seal() != null) {
      return "behind the seal";
    }
    if (frame.epoch() < chain.epoch()) {
      return "discarded by a cut, epoch " + frame.epoch() + " below " + chain.epoch();
    }
    return "index " + frame.index() + ", expected " + chain.nextIndex();
  }
}
