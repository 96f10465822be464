// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec;

import dev.seawall.codec.internal.AesGcm;
import dev.seawall.codec.internal.Lz4;
import dev.seawall.codec.internal.Zstandard;
import dev.seawall.wal.CodecException;
import dev.seawall.wal.RecordCipher;
import dev.seawall.wal.RecordCodec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// How records are compressed and encrypted. Reads every form, writes the chosen one. Immutable:
/// every `with…` returns a changed copy. Thread-safe.
///
/// {@snippet :
/// WalOptions.defaults().withCodec(Codec.lz4());
/// WalOptions.defaults().withCodec(Codec.zstd(3).withKeys(KeyRing.read(keyFile)));
/// }
public final class Codec implements RecordCodec {
  /// Payloads of this many bytes and more are compressed, unless told otherwise.
  public static final int THRESHOLD = 128;

  /// Compression that costs little and gains less than more.
  public static final int ZSTD_LEVEL = 3;

  private final int writes;
  private final int level;
  private final int threshold;
  private final @Nullable KeyProvider keys;
  private final boolean encrypts;
  private final boolean plainRecords;

  private Codec(
      int writes,
      int level,
      int threshold,
      @Nullable KeyProvider keys,
      boolean encrypts,
      boolean plainRecords) {
    this.writes = writes;
    this.level = level;
    this.threshold = threshold;
    this.keys = keys;
    this.encrypts = encrypts;
    this.plainRecords = plainRecords;
  }

  /// Returns a codec that reads every form and writes payloads as they are.
  public static Codec reading() {
    return new Codec(PLAIN, 0, THRESHOLD, null, false, false);
  }

  /// Returns a codec that writes LZ4: fast.
  public static Codec lz4() {
    return new Codec(LZ4, 0, THRESHOLD, null, false, false);
  }

  /// Returns a codec that writes Zstandard: small.
  ///
  /// @param level 1 (fast) to 19 (small); [#ZSTD_LEVEL] is a good one
  public static Codec zstd(int level) {
    if (level < 1 || level > 19) {
      throw new IllegalArgumentException("zstd level " + level + ": expected 1 to 19");
    }
    return new Codec(ZSTD, level, THRESHOLD, null, false, false);
  }

  /// Sets the length from which payloads are compressed, in bytes.
  public Codec withThreshold(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("threshold " + bytes + ": expected 1 or more");
    }
    return new Codec(writes, level, bytes, keys, encrypts, plainRecords);
  }

  /// Encrypts every record that is written, and reads encrypted records only: a record that is not
  /// encrypted is a [dev.seawall.wal.KeyException]. See [#withPlainRecords].
  public Codec withKeys(KeyProvider provider) {
    return new Codec(writes, level, threshold, provider, true, plainRecords);
  }

  /// Reads encrypted records, and writes records that are not: how encryption is turned off.
  public Codec withKeysForReading(KeyProvider provider) {
    return new Codec(writes, level, threshold, provider, false, true);
  }

  /// Sets whether records that are not encrypted are given out beside encrypted ones: for a log
  /// that was begun without keys. Whoever can write to its files can then put in a record.
  public Codec withPlainRecords(boolean value) {
    return new Codec(writes, level, threshold, keys, encrypts, value);
  }

  @Override
  public boolean compresses() {
    return writes != PLAIN;
  }

  @Override
  public int roomFor(int length) {
    if (writes == PLAIN || length < threshold) {
      return length;
    }
    return writes == LZ4 ? Lz4.roomFor(length) : Zstandard.roomFor(length);
  }

  @Override
  public @Nullable Compressed compress(
      byte[] payload, int length, byte[] target, int at, int limit) {
    if (writes == PLAIN || length < threshold) {
      return null;
    }
    int written =
        writes == LZ4
            ? Lz4.compress(payload, length, target, at)
            : Zstandard.compress(payload, length, target, at, level);
    return written > limit ? null : new Compressed(writes, written);
  }

  @Override
  public byte[] compressBlock(int compression, byte[] block, int length) {
    byte[] target;
    int written;
    switch (compression) {
      case LZ4 -> {
        target = new byte[Lz4.roomFor(length)];
        written = Lz4.compress(block, length, target, 0);
      }
      case ZSTD -> {
        target = new byte[Zstandard.roomFor(length)];
        written = Zstandard.compress(block, length, target, 0, writes == ZSTD ? level : ZSTD_LEVEL);
      }
      default -> throw new IllegalArgumentException("unknown compression " + compression);
    }
    return Arrays.copyOf(target, written);
  }

  @Override
  public boolean knows(int compression) {
    return compression == LZ4 || compression == ZSTD;
  }

  @Override
  public void decompress(
      int compression, byte[] stored, int at, int length, byte[] plain, int plainLength)
      throws CodecException {
    switch (compression) {
      case LZ4 -> Lz4.decompress(stored, at, length, plain, plainLength);
      case ZSTD -> Zstandard.decompress(stored, at, length, plain, plainLength);
      default -> throw new CodecException("unknown compression " + compression, null);
    }
  }

  @Override
  public @Nullable RecordCipher cipher() {
    return keys == null ? null : new AesGcm(keys, encrypts, plainRecords);
  }
}
