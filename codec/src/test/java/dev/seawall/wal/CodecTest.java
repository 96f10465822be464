// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.codec.Codec;
import dev.seawall.codec.KeyRing;
import dev.seawall.wal.inspect.FrameView;
import dev.seawall.wal.inspect.FrameWalk;
import dev.seawall.wal.inspect.LogInspector;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Salvage;
import dev.seawall.wal.inspect.SegmentView;
import dev.seawall.wal.inspect.Verification;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Logs whose records are compressed, encrypted, both, or neither: what comes out is what went in,
/// and what is missing is named.
class CodecTest {
  private static final int[] LENGTHS = {0, 1, 15, 127, 128, 129, 1000, 4096, 40_000};

  /// What users choose from.
  enum Choice {
    LZ4,
    ZSTD,
    KEYS,
    LZ4_KEYS,
    ZSTD_KEYS;

    Codec codec() {
      return switch (this) {
        case LZ4 -> Codec.lz4();
        case ZSTD -> Codec.zstd(3);
        case KEYS -> Codec.reading().withKeys(Keys.RING);
        case LZ4_KEYS -> Codec.lz4().withKeys(Keys.RING);
        case ZSTD_KEYS -> Codec.zstd(9).withThreshold(1).withKeys(Keys.RING);
      };
    }
  }

  private static WalOptions options(Codec codec) {
    return WalSubject.smallOptions().withCodec(codec);
  }

  private static SimLog sim(Codec codec) {
    return new SimLog(7, options(codec));
  }

  private static WriteAheadLog write(SimLog sim, WalOptions options) throws Exception {
    return WriteAheadLog.open(SimLog.DIRECTORY, options, sim.machine.machine());
  }

  private static ReadOnlyLog read(SimLog sim, WalOptions options) throws Exception {
    return ReadOnlyLog.open(SimLog.DIRECTORY, options, sim.machine.machine());
  }

  private static byte[] text(int length) {
    byte[] bytes = new byte[length];
    byte[] line = "2026-11-21 INFO request served in 12 ms\n".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < length; i++) {
      bytes[i] = line[i % line.length];
    }
    return bytes;
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }

  private static List<byte[]> all(WalReader reader) throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    while (reader.next()) {
      payloads.add(reader.payloadBytes());
    }
    return payloads;
  }

  private static void assertSame(List<byte[]> read, List<byte[]> expected) {
    assertThat(read).hasSameSizeAs(expected);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i)).as("record " + (i + 1)).isEqualTo(expected.get(i));
    }
  }

  private static List<String> details(SimLog sim) throws Exception {
    List<String> details = new ArrayList<>();
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      for (SegmentView segment : inspector.segments()) {
        try (FrameWalk walk = inspector.frames(segment)) {
          while (walk.next()) {
            if (walk.frame().type() == FrameView.Type.RECORD) {
              details.add(walk.frame().detail());
            }
          }
        }
      }
    }
    return details;
  }

  @ParameterizedTest
  @EnumSource
  void everyWayOfAppendingGivesBackWhatWentIn(Choice choice) throws Exception {
    SimLog sim = sim(choice.codec());
    List<byte[]> expected = new ArrayList<>();
    try (WriteAheadLog log = sim.write()) {
      WalBatch batch = new WalBatch();
      for (int length : LENGTHS) {
        expected.add(text(length));
        log.append(text(length));
        expected.add(noise(length));
        log.append(MemorySegment.ofArray(noise(length)), Durability.BUFFERED);
        batch.add(text(length)).add(noise(length));
      }
      for (int length : LENGTHS) {
        expected.add(text(length));
        expected.add(noise(length));
      }
      log.append(batch);
      byte[] part = text(700);
      expected.add(Arrays.copyOfRange(part, 100, 600));
      log.append(part, 100, 500, 42, Durability.BUFFERED);
      try (WalReader reader = log.reader(1, Visibility.ACCEPTED)) {
        assertSame(all(reader), expected);
        assertThat(reader.timestamp()).isEqualTo(42);
      }
    }
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertSame(all(reader), expected);
    }
    assertThat(verify(sim, sim.options).intact()).isTrue();
    assertThat(verify(sim, sim.options).unopened()).isZero();
  }

  private static Verification.Result verify(SimLog sim, WalOptions options) throws Exception {
    return Verification.run(
        SimLog.DIRECTORY, options, sim.machine.machine(), ProgressListener.NONE);
  }

  @Test
  void onlyWhatGetsSmallerIsCompressed() throws Exception {
    SimLog sim = sim(Codec.lz4());
    try (WriteAheadLog log = sim.write()) {
      log.append(text(127));
      log.append(text(128));
      log.append(noise(5000));
      log.append(text(5000));
    }
    assertThat(details(sim))
        .containsExactly("", "LZ4, 128 bytes plain", "", "LZ4, 5000 bytes plain");
    assertThat(verify(sim, sim.options).payloadBytes()).isLessThan(127 + 128 + 5000 + 200);
  }

  @Test
  void oneLogHoldsEveryForm() throws Exception {
    SimLog sim = new SimLog(3);
    List<byte[]> expected = new ArrayList<>();
    for (Codec codec :
        List.of(
            Codec.reading(),
            Codec.zstd(3),
            Codec.lz4(),
            Codec.reading().withKeys(Keys.RING),
            Codec.zstd(3).withKeys(Keys.RING),
            Codec.lz4().withKeysForReading(Keys.RING))) {
      try (WriteAheadLog log = write(sim, options(codec))) {
        for (int i = 0; i < 40; i++) {
          expected.add(text(3000 + i));
          log.append(text(3000 + i));
        }
      }
    }
    WalOptions reading = options(Codec.reading().withKeysForReading(Keys.RING));
    try (ReadOnlyLog log = read(sim, reading);
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertSame(all(reader), expected);
      reader.seek(150);
      assertThat(reader.next()).isTrue();
      assertThat(reader.payloadBytes()).isEqualTo(expected.get(149));
    }
    assertThat(verify(sim, WalSubject.smallOptions()).intact()).isTrue();
    assertThat(verify(sim, WalSubject.smallOptions()).unopened()).isEqualTo(5 * 40);
    assertThat(verify(sim, options(Codec.reading())).unopened()).isEqualTo(2 * 40);
  }

  /// Nothing that is to be encrypted stands in the plain segment that is open at the time.
  @Test
  void encryptionBeginsInASegmentOfItsOwn() throws Exception {
    SimLog sim = new SimLog(3);
    try (WriteAheadLog log = write(sim, WalSubject.smallOptions())) {
      log.append(text(50));
    }
    Codec codec = Codec.reading().withKeys(Keys.RING).withPlainRecords(true);
    try (WriteAheadLog log = write(sim, options(codec))) {
      log.pin("archive", 1);
      log.append(text(60));
      try (WalReader reader = log.reader(1)) {
        assertSame(all(reader), List.of(text(50), text(60)));
      }
    }
    List<Integer> features = new ArrayList<>();
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      for (SegmentView segment : inspector.segments()) {
        var header = segment.header();
        if (segment.kind() != SegmentView.Kind.WAITING && header != null) {
          features.add(header.features());
        }
      }
    }
    assertThat(features).containsExactly(0, 2);
  }

  @Test
  void withoutACodecTheMessageSaysWhatIsMissing() throws Exception {
    SimLog sim = sim(Codec.zstd(3));
    try (WriteAheadLog log = sim.write()) {
      log.append(text(20));
      log.append(text(2000));
    }
    try (ReadOnlyLog log = read(sim, WalSubject.smallOptions());
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThat(reader.next()).isTrue();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(reader::next)
            .isInstanceOf(CodecMissingException.class)
            .hasMessageContaining("record 2")
            .hasMessageContaining("Zstandard")
            .hasMessageContaining("Codec.reading()");
      }
      assertThat(reader.nextIndex()).isEqualTo(2);
    }
  }

  @Test
  void aMissingOrWrongKeyIsNamed() throws Exception {
    SimLog sim = sim(Codec.lz4().withKeys(Keys.RING));
    try (WriteAheadLog log = sim.write()) {
      log.append(text(2000));
    }
    for (WalOptions without : List.of(WalSubject.smallOptions(), options(Codec.reading()))) {
      assertUnreadable(sim, without, Keys.A.idText(), "no keys were given", "--key-file");
      assertThatThrownBy(() -> write(sim, without))
          .isInstanceOf(KeyException.class)
          .hasMessageContaining("--key-file");
    }
    assertUnreadable(
        sim,
        options(Codec.reading().withKeys(Keys.ring(Keys.B))),
        Keys.A.idText(),
        "was not given",
        Keys.B.idText());
    assertThat(verify(sim, options(Codec.reading())).intact()).isTrue();
    assertThat(verify(sim, options(Codec.reading())).unopened()).isEqualTo(1);
  }

  private static void assertUnreadable(SimLog sim, WalOptions options, String... words)
      throws Exception {
    try (ReadOnlyLog log = read(sim, options);
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThatThrownBy(reader::next)
          .isInstanceOf(KeyException.class)
          .hasMessageContainingAll(words);
    }
  }

  @Test
  void rotationWritesWithTheNewKeyAndReadsBoth() throws Exception {
    SimLog sim = sim(Codec.reading().withKeys(Keys.RING));
    try (WriteAheadLog log = sim.write()) {
      log.append(text(100));
    }
    Turning keys = new Turning(Keys.ring(Keys.A));
    try (WriteAheadLog log = write(sim, options(Codec.reading().withKeys(keys)))) {
      log.append(text(101));
      keys.ring = Keys.ring(Keys.B, Keys.A);
      log.append(text(102));
      try (WalReader reader = log.reader(1)) {
        assertSame(all(reader), List.of(text(100), text(101), text(102)));
      }
    }
    assertThat(details(sim).get(1)).contains(Keys.A.idText());
    assertThat(details(sim).get(2)).contains(Keys.B.idText());
  }

  /// A key service whose current key changes while the log is open.
  private static final class Turning implements dev.seawall.codec.KeyProvider {
    private KeyRing ring;

    Turning(KeyRing ring) {
      this.ring = ring;
    }

    @Override
    public dev.seawall.codec.EncryptionKey current() {
      return ring.current();
    }

    @Override
    public java.util.Optional<dev.seawall.codec.EncryptionKey> byId(long id) {
      return ring.byId(id);
    }
  }

  @Test
  void plainRecordsAreRefusedUnlessAllowed() throws Exception {
    SimLog sim = sim(Codec.lz4());
    try (WriteAheadLog log = sim.write()) {
      log.append(text(10));
      log.append(text(1000));
    }
    Codec strict = Codec.reading().withKeys(Keys.RING);
    for (long record : new long[] {1, 2}) {
      try (ReadOnlyLog log = read(sim, options(strict));
          WalReader reader = log.reader(record, Visibility.DURABLE)) {
        assertThatThrownBy(reader::next)
            .isInstanceOf(KeyException.class)
            .hasMessageContaining("--allow-plain");
      }
    }
    try (ReadOnlyLog log = read(sim, options(strict.withPlainRecords(true)));
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertSame(all(reader), List.of(text(10), text(1000)));
    }
  }

  @Test
  void nothingOfThePayloadStandsInTheFiles() throws Exception {
    SimLog sim = sim(Codec.reading().withKeys(Keys.RING));
    try (WriteAheadLog log = sim.write()) {
      log.append(text(4000));
      log.roll();
    }
    Predicate<byte[]> tells =
        bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains("request served");
    assertThat(tells.test(text(4000))).isTrue();
    for (var contents : sim.disk().values()) {
      byte[] bytes = new byte[contents.remaining()];
      contents.get(bytes);
      assertThat(tells.test(bytes)).isFalse();
    }
  }

  @Test
  void salvageOpensAndWrapsAnew() throws Exception {
    SimLog sim = sim(Codec.zstd(3).withKeys(Keys.RING));
    List<byte[]> expected = new ArrayList<>();
    try (WriteAheadLog log = sim.write()) {
      for (int i = 0; i < 30; i++) {
        expected.add(text(3000 + i));
        log.append(text(3000 + i));
      }
      log.truncatePrefix(11);
    }
    Path out = Path.of("/data/out");
    assertThatThrownBy(() ->
            Salvage.run(
                SimLog.DIRECTORY,
                Path.of("/data/no"),
                options(Codec.reading()),
                sim.machine.machine(),
                ProgressListener.NONE))
        .isInstanceOf(KeyException.class);
    Salvage.Result result =
        Salvage.run(
            SimLog.DIRECTORY, out, sim.options, sim.machine.machine(), ProgressListener.NONE);
    assertThat(result.records()).isEqualTo(20);
    assertThat(result.lost()).isEmpty();
    try (ReadOnlyLog log = ReadOnlyLog.open(out, sim.options, sim.machine.machine());
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertSame(all(reader), expected.subList(10, 30));
    }
  }

  @Test
  void aTruncatedLogGoesOn() throws Exception {
    SimLog sim = sim(Codec.lz4().withKeys(Keys.RING));
    try (WriteAheadLog log = sim.write()) {
      for (int i = 1; i <= 60; i++) {
        log.append(text(2000 + i));
      }
      log.truncateSuffix(30);
      log.append(text(77));
      log.truncatePrefix(20);
      try (WalReader reader = log.reader(20)) {
        List<byte[]> read = all(reader);
        assertThat(read).hasSize(12);
        assertThat(read.getFirst()).isEqualTo(text(2020));
        assertThat(read.getLast()).isEqualTo(text(77));
      }
      assertThat(log.awaitDurable(31, Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void limitsAreThoseOfWhatTheCallerGives() throws Exception {
    SimLog sim = new SimLog(5, options(Codec.lz4()).withMaxRecordBytes(1000));
    try (WriteAheadLog log = sim.write()) {
      log.append(text(1000));
      assertThatThrownBy(() -> log.append(text(1001)))
          .isInstanceOf(RejectedException.class)
          .hasMessageContaining("maxRecordBytes");
      assertThat(log.append(text(3))).isEqualTo(2);
    }
  }
}
