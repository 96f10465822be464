// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.codec.Codec;
import dev.seawall.codec.EncryptionKey;
import dev.seawall.codec.KeyRing;
import dev.seawall.wal.Durability;
import dev.seawall.wal.WalOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// What compression and encryption of each record cost an append that is accepted only: one thread,
/// a record of JSON lines with random numbers in them. A plain log has to bring more bytes to the
/// disk for them.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark extends OptionsBenchmark {
  /// What is done to a record.
  public enum Form {
    PLAIN,
    LZ4,
    ZSTD,
    ENCRYPTED,
    LZ4_ENCRYPTED
  }

  /// What is done to a record.
  @Param public Form form = Form.PLAIN;

  /// Length of a record.
  @Param({"256", "1024", "16384"})
  public int payloadBytes;

  /// Opens an empty log.
  @Setup
  public void open() throws IOException {
    WalOptions options = WalOptions.defaults().withDurability(Durability.BUFFERED);
    KeyRing keys = KeyRing.of(List.of(EncryptionKey.random(new java.security.SecureRandom())));
    open(
        switch (form) {
          case PLAIN -> options;
          case LZ4 -> options.withCodec(Codec.lz4());
          case ZSTD -> options.withCodec(Codec.zstd(Codec.ZSTD_LEVEL));
          case ENCRYPTED -> options.withCodec(Codec.reading().withKeys(keys));
          case LZ4_ENCRYPTED -> options.withCodec(Codec.lz4().withKeys(keys));
        },
        json(payloadBytes));
  }

  private static byte[] json(int length) {
    SplittableRandom random = new SplittableRandom(length);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append("{\"order\":").append(random.nextInt(1_000_000));
      text.append(",\"customer\":\"c-").append(random.nextInt(10_000));
      text.append("\",\"cents\":").append(random.nextInt(100_000)).append("}\n");
    }
    return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), length);
  }
}
