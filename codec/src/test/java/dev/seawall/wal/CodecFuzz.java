// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.codec.Codec;
import dev.seawall.codec.KeyRing;
import dev.seawall.wal.internal.codec.RecordUnpacker;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Wrap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// Any bytes as the stored payload of a record whose checksums are right: what comes out is a
/// payload of the length that was stated, or a typed error; never more memory than so few bytes can
/// stand for.
final class CodecFuzz {
  private static final FrameKey KEY = new FrameKey(0x5EA, 0xA11, 0x5A17);
  private static final Path FILE = Path.of("fuzz.log");
  private static final byte[] PLAIN =
      "a line again, a line again. ".repeat(20).getBytes(StandardCharsets.UTF_8);

  private CodecFuzz() {}

  /// The first byte chooses: 0, 1 any stored bytes; 2, 3 an honest body with a byte of it changed;
  /// 4 a key file.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 7) {
      case 2 -> changed(Codec.lz4(), RecordCodec.LZ4, rest);
      case 3 -> changed(Codec.zstd(1), RecordCodec.ZSTD, rest);
      case 4 -> keyFile(rest);
      default -> unpack(rest);
    }
  }

  private static void changed(Codec codec, int compression, byte[] changes) {
    byte[] stored = new byte[Wrap.BYTES + codec.roomFor(PLAIN.length)];
    RecordCodec.Compressed done =
        codec.compress(PLAIN, PLAIN.length, stored, Wrap.BYTES, PLAIN.length);
    if (done == null) {
      throw new AssertionError("not compressed");
    }
    byte[] body = Arrays.copyOf(stored, Wrap.BYTES + done.length());
    Wrap.encode(MemorySegment.ofArray(body), compression, 0, PLAIN.length);
    for (int i = 0; i + 1 < changes.length; i += 2) {
      body[Wrap.BYTES + (changes[i] & 0xFF) % done.length()] ^= changes[i + 1];
    }
    unpack(body);
  }

  private static void unpack(byte[] stored) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = Layout.frameBytes(stored.length);
      MemorySegment memory = arena.allocate(bytes, 8);
      MemorySegment.copy(stored, 0, memory, ValueLayout.JAVA_BYTE, Layout.HEADER, stored.length);
      FrameWriter.header(
          memory,
          0,
          KEY.seed(),
          Layout.FIRST_FRAME,
          FrameType.RECORD,
          Layout.FLAG_WRAPPED | Layout.FLAG_BATCH_END,
          stored.length,
          Checksums.crc32c(stored, 0, stored.length),
          1,
          1,
          0);
      FrameReader frame = new FrameReader(KEY, 1, Layout.FIRST_FRAME + bytes, Layout.MAX_PAYLOAD);
      frame.over(memory, Layout.FIRST_FRAME, bytes);
      if (frame.read(Layout.FIRST_FRAME) != FrameReader.Result.VALID) {
        return;
      }
      Wrap wrap = Wrap.decode(frame.payload());
      demand(wrap.plainLength() <= Layout.MAX_PAYLOAD, "a length over the limit is valid");
      Codec codec = Codec.reading().withKeysForReading(Keys.RING);
      MemorySegment plain = new RecordUnpacker(codec).unpack(frame, KEY, FILE);
      demand(plain.byteSize() == wrap.plainLength(), "another length than stated");
      demand(plain.byteSize() <= (stored.length / 4L + 1) << 17, "more than so few bytes can give");
    } catch (WalException e) {
      demand(String.valueOf(e.getMessage()).contains("record 1"), "no place: " + e);
    }
  }

  private static void keyFile(byte[] text) {
    try {
      KeyRing ring = KeyRing.parse(new String(text, StandardCharsets.UTF_8));
      demand(!ring.keys().isEmpty(), "a ring without a key");
    } catch (IllegalArgumentException e) {
      demand(String.valueOf(e.getMessage()).contains("key file"), "no place: " + e);
    }
  }

  private static void demand(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }
}
