// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.codec;

import dev.seawall.wal.CodecException;
import dev.seawall.wal.CodecMissingException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.KeyException;
import dev.seawall.wal.RecordCipher;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.Wrap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Gives back what the caller appended, from what is stored. Confined to one thread.
///
/// No length is believed before it was compared with what so many stored bytes can give.
public final class RecordUnpacker {
  private final @Nullable RecordCodec codec;
  private final @Nullable RecordCipher cipher;
  private byte[] stored = {};
  private byte[] packed = {};
  private byte[] plain = {};
  private RecordCipher.@Nullable Session session;
  private @Nullable SessionContext context;
  private @Nullable Wrap first;

  /// @param codec null when the log was opened without one
  public RecordUnpacker(@Nullable RecordCodec codec) {
    this.codec = codec;
    this.cipher = codec == null ? null : codec.cipher();
  }

  /// Returns whether codec and keys are there for a record; which keys, only [#unpack] says.
  public boolean canUnpack(FrameReader frame) {
    if (!frame.wrapped()) {
      return true;
    }
    Wrap wrap = Wrap.decode(frame.payload());
    return wrap.cipher() == 0 ? codec != null : cipher != null;
  }

  /// Returns a record's payload: a view that is valid until the next call, or as long as the
  /// frame's memory.
  ///
  /// @param key of the frame's segment
  /// @param file of the segment, for messages
  /// @throws CodecMissingException when the log was opened without what this record needs
  /// @throws KeyException when its key was not given, or it has none and must have one
  /// @throws CorruptException when the stored bytes, whole as they are, are not what was stored
  public MemorySegment unpack(FrameReader frame, FrameKey key, Path file) throws WalException {
    if (!frame.wrapped()) {
      if (cipher != null && !cipher.readsPlain()) {
        throw notEncrypted(frame, file);
      }
      return frame.payload();
    }
    Wrap wrap = Wrap.decode(frame.payload());
    if (wrap.cipher() == 0 && cipher != null && !cipher.readsPlain()) {
      throw notEncrypted(frame, file);
    }
    requireCodec(wrap, frame, file);
    int length = frame.payloadLength();
    int tag = wrap.cipher() == 0 ? 0 : Wrap.TAG_BYTES;
    int packedLength = length - wrap.bytes() - tag;
    if (!wrap.canGive(packedLength)) {
      throw corrupt(
          frame,
          file,
          packedLength
              + " stored bytes, "
              + wrap.compressionName()
              + ", cannot give the "
              + wrap.plainLength()
              + " that they state");
    }
    stored = atLeast(stored, length);
    MemorySegment.copy(frame.payload(), ValueLayout.JAVA_BYTE, 0, stored, 0, length);
    try {
      return restore(wrap, frame, key, packedLength);
    } catch (CodecException e) {
      throw corrupt(frame, file, String.valueOf(e.getMessage()));
    }
  }

  private MemorySegment restore(Wrap wrap, FrameReader frame, FrameKey key, int packedLength)
      throws CodecException, KeyException {
    int plainLength = Math.toIntExact(wrap.plainLength());
    byte[] from = stored;
    int at = wrap.bytes();
    if (wrap.cipher() != 0) {
      packed = atLeast(packed, packedLength);
      byte[] bound =
          SessionContext.bound(
              frame.index(), frame.timestamp(), frame.endsBatch(), MemorySegment.ofArray(stored));
      session(wrap, frame, key)
          .decrypt(wrap.number(), bound, stored, at, packedLength + Wrap.TAG_BYTES, packed);
      from = packed;
      at = 0;
    }
    if (wrap.compression() == RecordCodec.PLAIN) {
      return MemorySegment.ofArray(from).asSlice(at, packedLength);
    }
    plain = atLeast(plain, plainLength);
    RecordCodec with = codec;
    if (with == null) {
      throw new AssertionError("asked for before");
    }
    with.decompress(wrap.compression(), from, at, packedLength, plain, plainLength);
    return MemorySegment.ofArray(plain).asSlice(0, plainLength);
  }

  private RecordCipher.Session session(Wrap wrap, FrameReader frame, FrameKey key)
      throws KeyException {
    RecordCipher with = cipher;
    if (with == null) {
      throw new AssertionError("asked for before");
    }
    RecordCipher.Session known = session;
    Wrap last = first;
    SessionContext now = new SessionContext(key.logIdHigh(), key.logIdLow(), frame.epoch());
    if (known != null
        && last != null
        && now.equals(context)
        && last.keyId() == wrap.keyId()
        && last.sessionHigh() == wrap.sessionHigh()
        && last.sessionLow() == wrap.sessionLow()) {
      return known;
    }
    RecordCipher.Session begun;
    try {
      begun = with.session(wrap.keyId(), now.of(wrap.sessionHigh(), wrap.sessionLow()));
    } catch (KeyException e) {
      throw new KeyException("read record " + frame.index() + ": " + e.getMessage(), e);
    }
    session = begun;
    context = now;
    first = wrap;
    return begun;
  }

  private void requireCodec(Wrap wrap, FrameReader frame, Path file) throws WalException {
    String record = "read record " + frame.index() + " in " + file + ": ";
    if (wrap.cipher() > Wrap.AES_GCM) {
      throw new CodecMissingException(
          record
              + "it is encrypted by cipher "
              + wrap.cipher()
              + ", which this program does not know. Open the log with a newer Seawall",
          null);
    }
    if (wrap.cipher() != 0 && cipher == null) {
      throw new KeyException(
          record
              + "it is encrypted with key "
              + KeyException.idText(wrap.keyId())
              + ", and no keys were given. Give that key: `--key-file FILE`, or a codec with keys"
              + " in WalOptions.withCodec",
          null);
    }
    if (wrap.compression() == RecordCodec.PLAIN) {
      return;
    }
    if (codec == null) {
      throw new CodecMissingException(
          record
              + "it is compressed ("
              + wrap.compressionName()
              + "), and the log was opened without a codec. Put module seawall-codec beside it and"
              + " give Codec.reading() in WalOptions.withCodec",
          null);
    }
    if (!codec.knows(wrap.compression())) {
      throw new CodecMissingException(
          record
              + wrap.compressionName()
              + " is not known to the codec that the log was opened with. Open it with a newer"
              + " Seawall",
          null);
    }
  }

  private static KeyException notEncrypted(FrameReader frame, Path file) {
    return new KeyException(
        "read record "
            + frame.index()
            + " in "
            + file
            + ": it is not encrypted, and only encrypted records are accepted. If the log was"
            + " written before encryption was turned on, allow it: `--allow-plain`, or"
            + " Codec.withPlainRecords(true)",
        null);
  }

  private static CorruptException corrupt(FrameReader frame, Path file, String why) {
    return new CorruptException(
        file,
        frame.position(),
        frame.index() - 1,
        "record " + frame.index() + " has its right checksum and cannot be restored: " + why);
  }

  private static byte[] atLeast(byte[] bytes, int length) {
    return bytes.length >= length ? bytes : new byte[length];
  }
}
