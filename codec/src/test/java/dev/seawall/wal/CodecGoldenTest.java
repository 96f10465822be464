// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.codec.Codec;
import dev.seawall.codec.internal.KeyDerivation;
import dev.seawall.testkit.Golden;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// Committed bytes of wrapped records, format version 1 with features 1 and 2: a log that was
/// written once is read for ever. Record with `-Dgolden.rewrite` only with a new feature.
class CodecGoldenTest {
  private static final Golden GOLDEN =
      Golden.in(Path.of("src/test/resources/golden/log-v1-wrapped"));
  private static final long EACH = 8;
  private static final Codec[] WRITERS = {
    Codec.reading(),
    Codec.lz4(),
    Codec.zstd(3),
    Codec.reading().withKeys(Keys.RING),
    Codec.lz4().withKeys(Keys.ring(Keys.B, Keys.A)),
    Codec.zstd(3).withKeys(Keys.ring(Keys.B, Keys.A))
  };

  private static WalOptions options(Codec codec) {
    return WalSubject.smallOptions().withCodec(codec);
  }

  @Test
  void everyWrappedFormOfVersion1IsReadVerifiedAndContinued() throws Exception {
    if (System.getProperty("golden.rewrite") != null
        && !System.getProperty("golden.rewrite").isBlank()) {
      record();
    }
    Codec codec = Codec.lz4().withKeys(Keys.ring(Keys.A, Keys.B)).withPlainRecords(true);
    SimLog sim = new SimLog(1, options(codec));
    sim.machine.files().createDirectories(SimLog.DIRECTORY);
    String names = StandardCharsets.UTF_8.decode(GOLDEN.read("names.txt")).toString();
    for (String name : names.lines().toList()) {
      sim.machine
          .disk()
          .replaceForeign(SimLog.DIRECTORY.resolve(name), inflate(GOLDEN.read(name + ".gz")));
    }
    long last = EACH * WRITERS.length;
    Verification.Result checksums = verify(sim, WalSubject.smallOptions());
    assertThat(checksums.intact()).isTrue();
    assertThat(checksums.durableIndex()).isEqualTo(last);
    assertThat(checksums.unopened()).isEqualTo(5 * EACH);
    assertThat(verify(sim, sim.options).findings()).isEmpty();
    try (WriteAheadLog log = sim.write()) {
      try (WalReader reader = log.reader(1)) {
        assertThat(SimLog.indexes(reader)).hasSize((int) last);
        assertThat(reader.timestamp()).isEqualTo(1000 + last);
      }
      SimLog.append(log, last + 1, last + 3);
    }
  }

  private static Verification.Result verify(SimLog sim, WalOptions options) throws Exception {
    return Verification.run(
        SimLog.DIRECTORY, options, sim.machine.machine(), ProgressListener.NONE);
  }

  /// Ids and session keys cannot change: every record that was ever encrypted rests on them.
  @Test
  void keysAreDerivedAsTheyWere() {
    assertThat(Keys.A.idText()).isEqualTo("033354171541eb4d");
    byte[] context = new byte[40];
    for (int i = 0; i < context.length; i++) {
      context[i] = (byte) i;
    }
    assertThat(HexFormat.of().formatHex(KeyDerivation.session(Keys.A.secret(), context)))
        .isEqualTo("ffc3eba5b54d123236699dfce3195a0c962cd478174fb96deb18b7dfab8a4e1e");
  }

  private static void record() throws Exception {
    SimLog sim = new SimLog(20_261_121);
    long next = 1;
    for (Codec codec : WRITERS) {
      try (WriteAheadLog log =
          WriteAheadLog.open(SimLog.DIRECTORY, options(codec), sim.machine.machine())) {
        SimLog.append(log, next, next + EACH - 1);
        next += EACH;
      }
    }
    StringBuilder names = new StringBuilder();
    for (Map.Entry<Path, ByteBuffer> file : sim.disk().entrySet()) {
      String name = String.valueOf(file.getKey().getFileName());
      if (name.startsWith("seawall-") && !name.contains("-pre")) {
        names.append(name).append('\n');
        GOLDEN.check(name + ".gz", deflate(file.getValue()));
      }
    }
    GOLDEN.check("names.txt", ByteBuffer.wrap(names.toString().getBytes(StandardCharsets.UTF_8)));
  }

  static ByteBuffer deflate(ByteBuffer bytes) throws IOException {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(array);
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  static ByteBuffer inflate(ByteBuffer bytes) throws IOException {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(array))) {
      return ByteBuffer.wrap(gzip.readAllBytes());
    }
  }
}
