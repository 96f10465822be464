// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.codec.Codec;
import dev.seawall.testkit.CrashMatrix;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// No nonce comes twice under one session key: across crashes, retries, cuts and recycled files.
class NoncesTest {
  /// Remembers every context, without the random part of it, and every number under it: were chance
  /// to fail altogether, they would still have to differ.
  private static final class Watching implements RecordCodec, RecordCipher {
    private final RecordCipher real =
        java.util.Objects.requireNonNull(Codec.reading().withKeys(Keys.RING).cipher());
    private final Set<String> used = new HashSet<>();
    private long repeated;
    private long encryptions;
    private long failsAt = -1;

    @Override
    public Session session(long keyId, byte[] context) throws KeyException {
      Session session = real.session(keyId, context);
      String fixed = Arrays.toString(Arrays.copyOf(context, 24));
      return new Session() {
        @Override
        public void encrypt(long number, byte[] bound, byte[] bytes, int at, int length) {
          encryptions++;
          if (!used.add(fixed + number)) {
            repeated++;
          }
          if (encryptions == failsAt) {
            throw new IllegalStateException("the cipher fails");
          }
          session.encrypt(number, bound, bytes, at, length);
        }

        @Override
        public void decrypt(
            long number, byte[] bound, byte[] stored, int at, int length, byte[] plain)
            throws CodecException {
          session.decrypt(number, bound, stored, at, length, plain);
        }
      };
    }

    @Override
    public boolean encrypts() {
      return true;
    }

    @Override
    public boolean readsPlain() {
      return false;
    }

    @Override
    public long currentKey() {
      return real.currentKey();
    }

    @Override
    public boolean compresses() {
      return false;
    }

    @Override
    public int roomFor(int length) {
      return length;
    }

    @Override
    public @Nullable Compressed compress(
        byte[] payload, int length, byte[] target, int at, int limit) {
      return null;
    }

    @Override
    public byte[] compressBlock(int compression, byte[] block, int length) {
      throw new IllegalArgumentException("nothing is compressed");
    }

    @Override
    public boolean knows(int compression) {
      return false;
    }

    @Override
    public void decompress(
        int compression, byte[] stored, int at, int length, byte[] plain, int plainLength)
        throws CodecException {
      throw new CodecException("nothing is compressed", null);
    }

    @Override
    public RecordCipher cipher() {
      return this;
    }
  }

  @Test
  void noNumberComesTwiceInALifeOfCrashes() {
    long encryptions = 0;
    long repeated = 0;
    for (long seed = 1; seed <= 120; seed++) {
      Watching watching = new Watching();
      WalSubject subject = new WalSubject(WalSubject.smallOptions().withCodec(watching));
      CrashMatrix.of(subject).withDurabilities(4).checkHonest(1, seed);
      encryptions += watching.encryptions;
      repeated += watching.repeated;
    }
    assertThat(encryptions).as("encryptions").isGreaterThan(3_000);
    assertThat(repeated).as("numbers that came twice").isZero();
  }

  /// A batch whose third record fails gives its indexes back, and not its numbers.
  @Test
  void aBatchThatIsTakenBackHasUsedItsNumbersUp() throws Exception {
    Watching watching = new Watching();
    SimLog sim = new SimLog(1, WalSubject.smallOptions().withCodec(watching));
    WalBatch batch = new WalBatch();
    for (int i = 1; i <= 4; i++) {
      batch.add(SimLog.payload(i));
    }
    watching.failsAt = 3;
    try (WriteAheadLog log = sim.write()) {
      assertThatThrownBy(() -> log.append(batch)).hasMessage("the cipher fails");
      assertThat(log.lastIndex()).isZero();
      assertThat(log.append(batch)).isEqualTo(4);
      try (WalReader reader = log.reader(1)) {
        assertThat(SimLog.indexes(reader)).containsExactly(1L, 2L, 3L, 4L);
      }
    }
    assertThat(watching.encryptions).isEqualTo(7);
    assertThat(watching.repeated).isZero();
  }
}
