// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.codec;

import dev.seawall.wal.KeyException;
import dev.seawall.wal.RecordCipher;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.FormatVersion;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Wrap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Wraps the payloads of one open log: compresses before the claim, encrypts within it, because
/// what is encrypted is bound to its index.
///
/// [#pack] is thread-safe; [#seal] is called under the append lock. The number of an encryption
/// only grows: a claim that is taken back has used its number up.
public final class RecordPacker {
  /// After so many encryptions a new session begins.
  static final long SESSION_LIMIT = 1L << 32;

  private final RecordCodec codec;
  private final @Nullable RecordCipher cipher;
  private final SessionContext context;
  private final RandomGenerator random;
  private long number;
  private long keyId;
  private long sessionHigh;
  private long sessionLow;
  private RecordCipher.@Nullable Session session;

  private RecordPacker(
      RecordCodec codec,
      @Nullable RecordCipher cipher,
      SessionContext context,
      RandomGenerator random) {
    this.codec = codec;
    this.cipher = cipher;
    this.context = context;
    this.random = random;
  }

  /// A payload in the form in which it is stored.
  public static final class Packed {
    private final byte[] bytes;
    private final int length;
    private final int flags;
    private final int plainLength;
    private int crc;

    private Packed(byte[] bytes, int length, int flags, int plainLength) {
      this.bytes = bytes;
      this.length = length;
      this.flags = flags;
      this.plainLength = plainLength;
    }

    /// Returns the stored bytes, from 0 on.
    public byte[] bytes() {
      return bytes;
    }

    /// Returns how many there are.
    public int length() {
      return length;
    }

    /// Returns the flags of the record's frame.
    public int flags() {
      return flags;
    }

    /// Returns the length of what the caller gave.
    public int plainLength() {
      return plainLength;
    }

    /// Returns the checksum of the stored bytes; right after [RecordPacker#seal].
    public int crc() {
      return crc;
    }
  }

  /// Returns the packer of a log that was opened; null when payloads are stored as they are.
  ///
  /// @param id of the log
  /// @param epoch of this opening
  public static @Nullable RecordPacker of(
      WalOptions options, FrameKey id, int epoch, RandomGenerator random) {
    RecordCodec codec = options.codec().orElse(null);
    if (codec == null || features(options) == 0) {
      return null;
    }
    RecordCipher cipher = codec.cipher();
    return new RecordPacker(
        codec,
        cipher == null || !cipher.encrypts() ? null : cipher,
        new SessionContext(id.logIdHigh(), id.logIdLow(), epoch),
        random);
  }

  /// Returns the features that segments need for what these options write.
  public static int features(WalOptions options) {
    RecordCodec codec = options.codec().orElse(null);
    if (codec == null) {
      return 0;
    }
    RecordCipher cipher = codec.cipher();
    return (codec.compresses() ? FormatVersion.COMPRESSED : 0)
        | (cipher != null && cipher.encrypts() ? FormatVersion.ENCRYPTED : 0);
  }

  /// Returns the most bytes by which a payload grows.
  public int overhead() {
    return cipher == null ? 0 : Wrap.ENCRYPTED_BYTES + Wrap.TAG_BYTES;
  }

  /// Compresses, when that makes the record smaller, and makes room for encryption. Works on a
  /// copy: a payload that changes meanwhile is stored as it was copied.
  public Packed pack(MemorySegment payload) {
    byte[] plain = payload.toArray(ValueLayout.JAVA_BYTE);
    int head = cipher == null ? Wrap.BYTES : Wrap.ENCRYPTED_BYTES;
    int tail = cipher == null ? 0 : Wrap.TAG_BYTES;
    // Encrypted or not, a record gets its head for nothing only when it has one anyway.
    int limit = cipher == null ? plain.length - head - 1 : plain.length - 1;
    RecordCodec.Compressed done = null;
    byte[] stored = {};
    if (codec.compresses() && limit > 0) {
      stored = new byte[head + codec.roomFor(plain.length) + tail];
      done = codec.compress(plain, plain.length, stored, head, limit);
    }
    if (done == null && cipher == null) {
      Packed raw = new Packed(plain, plain.length, 0, plain.length);
      raw.crc = Checksums.crc32c(plain, 0, plain.length);
      return raw;
    }
    int packed = done == null ? plain.length : done.length();
    if (done == null) {
      stored = new byte[head + packed + tail];
      System.arraycopy(plain, 0, stored, head, packed);
    }
    Wrap.encode(
        MemorySegment.ofArray(stored),
        done == null ? RecordCodec.PLAIN : done.compression(),
        cipher == null ? 0 : Wrap.AES_GCM,
        plain.length);
    Packed wrapped = new Packed(stored, head + packed + tail, Layout.FLAG_WRAPPED, plain.length);
    if (cipher == null) {
      wrapped.crc = Checksums.crc32c(stored, 0, wrapped.length);
    }
    return wrapped;
  }

  /// Encrypts what is to be, bound to its place.
  ///
  /// @throws KeyException when the key to write with is not there
  public void seal(Packed packed, long index, long timestamp, boolean endsBatch)
      throws KeyException {
    RecordCipher with = cipher;
    if (with == null) {
      return;
    }
    RecordCipher.Session open = session;
    if (open == null || keyId != with.currentKey() || number % SESSION_LIMIT == 0) {
      open = begin(with);
    }
    number++;
    MemorySegment stored = MemorySegment.ofArray(packed.bytes);
    Wrap.encodeKey(stored, keyId, sessionHigh, sessionLow, number);
    open.encrypt(
        number,
        SessionContext.bound(index, timestamp, endsBatch, stored),
        packed.bytes,
        Wrap.ENCRYPTED_BYTES,
        packed.length - Wrap.ENCRYPTED_BYTES - Wrap.TAG_BYTES);
    packed.crc = Checksums.crc32c(packed.bytes, 0, packed.length);
  }

  private RecordCipher.Session begin(RecordCipher with) throws KeyException {
    long key = with.currentKey();
    long high = random.nextLong();
    long low = random.nextLong();
    RecordCipher.Session begun = with.session(key, context.of(high, low));
    keyId = key;
    sessionHigh = high;
    sessionLow = low;
    session = begun;
    return begun;
  }
}
