// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.codec.Codec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One codec in many hands: what one caller does, or fails at, does not show in another's bytes.
final class CodecThreadsTest {
  private static final int CALLERS = 32;
  private static final int RECORDS = 200;

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "zstd"})
  void callersWithDamageAmongThemGetTheirOwnRecordsBack(String form) throws Exception {
    Codec codec = form.equals("lz4") ? Codec.lz4() : Codec.zstd(Codec.ZSTD_LEVEL);
    List<Future<?>> calls = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int caller = 0; caller < CALLERS; caller++) {
        int seed = caller;
        calls.add(
            callers.submit(() -> {
              roundTrips(codec, new SplittableRandom(seed));
              return null;
            }));
      }
    }
    for (Future<?> call : calls) {
      call.get();
    }
  }

  @Test
  void whatWasCompressedBeforeDoesNotShowInTheBytes() {
    byte[] record = record(new SplittableRandom(1), 3000);
    byte[] alone = compressed(Codec.zstd(3), record);
    for (int level : new int[] {1, 19, 7}) {
      compressed(Codec.zstd(level), record(new SplittableRandom(level), 100_000));
      assertThat(compressed(Codec.zstd(3), record)).isEqualTo(alone);
    }
    assertThat(compressed(Codec.zstd(19), record)).hasSizeLessThan(alone.length);
  }

  @Test
  void aRecordThatFailsItsTagLeavesTheSessionUsable() throws Exception {
    RecordCipher cipher =
        Objects.requireNonNull(Codec.reading().withKeys(Keys.RING).cipher(), "cipher");
    RecordCipher.Session session = cipher.session(cipher.currentKey(), new byte[40]);
    byte[] bound = {1, 2, 3};
    SplittableRandom random = new SplittableRandom(1);
    for (int number = 1; number <= 50; number++) {
      byte[] record = record(random, random.nextInt(1, 2000));
      int length = record.length + RecordCipher.TAG_BYTES;
      byte[] stored = Arrays.copyOf(record, length);
      session.encrypt(number, bound, stored, 0, record.length);
      byte[] damaged = stored.clone();
      damaged[random.nextInt(length)] ^= 1;
      byte[] plain = new byte[length];
      int encryption = number;
      assertThatThrownBy(() -> session.decrypt(encryption, bound, damaged, 0, length, plain))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("authentication");
      session.decrypt(number, bound, stored, 0, length, plain);
      assertThat(Arrays.copyOf(plain, record.length)).isEqualTo(record);
    }
  }

  private static void roundTrips(Codec codec, SplittableRandom random) throws CodecException {
    for (int i = 0; i < RECORDS; i++) {
      byte[] record = record(random, random.nextInt(200, 5000));
      byte[] stored = new byte[codec.roomFor(record.length)];
      RecordCodec.Compressed done =
          Objects.requireNonNull(
              codec.compress(record, record.length, stored, 0, record.length - 1));
      byte[] plain = new byte[record.length];
      if (i % 7 == 0) {
        byte[] cut = Arrays.copyOf(stored, done.length() / 2);
        assertThatThrownBy(
                () -> codec.decompress(done.compression(), cut, 0, cut.length, plain, plain.length))
            .isInstanceOf(CodecException.class);
      }
      codec.decompress(done.compression(), stored, 0, done.length(), plain, plain.length);
      assertThat(plain).isEqualTo(record);
    }
  }

  private static byte[] compressed(Codec codec, byte[] record) {
    byte[] stored = new byte[codec.roomFor(record.length)];
    RecordCodec.Compressed done =
        Objects.requireNonNull(codec.compress(record, record.length, stored, 0, record.length));
    return Arrays.copyOf(stored, done.length());
  }

  /// Bytes that repeat themselves.
  private static byte[] record(SplittableRandom random, int length) {
    byte[] record = new byte[length];
    byte[] word = new byte[40];
    for (int at = 0; at < length; at += word.length) {
      if (random.nextInt(3) == 0) {
        random.nextBytes(word);
      }
      System.arraycopy(word, 0, record, at, Math.min(word.length, length - at));
    }
    return record;
  }
}
