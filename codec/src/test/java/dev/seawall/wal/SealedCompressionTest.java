// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.codec.Codec;
import dev.seawall.io.StorageException;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Golden;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.WalOptions.SealedCompression;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Salvage;
import dev.seawall.wal.inspect.Verification;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sealed segments are compressed behind everybody's back: I-1, I-8, I-9.
class SealedCompressionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int RECORDS = 40;

  /// How they are, and how their names end.
  enum How {
    GZIP(SealedCompression.GZIP, ".gz"),
    ZSTD(SealedCompression.ZSTD, ".zst");

    private final SealedCompression compression;
    private final String suffix;

    How(SealedCompression compression, String suffix) {
      this.compression = compression;
      this.suffix = suffix;
    }
  }

  private static WalOptions options(How how) {
    return CrashLab.tiny()
        .withSegmentBytes(256 << 10)
        .withFirstSegmentBytes(256 << 10)
        .withCodec(Codec.reading())
        .withSealedCompression(how.compression);
  }

  private static CrashLab lab(long seed, WalOptions options) {
    return new CrashLab(Seed.of(seed), SimOptions.defaults(), options);
  }

  /// Four sealed segments and an active one, none compressed.
  private static CrashLab filled(long seed, WalOptions options) throws Exception {
    CrashLab lab = lab(seed, options);
    try (WriteAheadLog log =
        WriteAheadLog.open(
            CrashLab.DIRECTORY,
            options.withSealedCompression(SealedCompression.NONE),
            lab.machine.machine())) {
      for (int i = 1; i <= RECORDS; i++) {
        append(log, i, 9_000 + i);
        if (i % 10 == 0) {
          log.roll();
        }
      }
      append(log, RECORDS + 1, 100);
    }
    return lab;
  }

  private static List<String> names(CrashLab lab) {
    List<String> names = new ArrayList<>();
    for (Path path : lab.machine.disk().files().keySet()) {
      String name = String.valueOf(path.getFileName());
      if (name.startsWith("seawall-") && !name.endsWith(".idx")) {
        names.add(name);
      }
    }
    return names;
  }

  private static long compressed(CrashLab lab, How how) {
    return names(lab).stream().filter(name -> name.endsWith(how.suffix)).count();
  }

  /// No two forms of one segment, no temporary.
  private static void checkTidy(CrashLab lab) {
    List<String> names = names(lab);
    for (String name : names) {
      check(!name.endsWith(".tmp"), "left over: " + name);
      check(
          names.stream().filter(n -> n.startsWith(name.replaceAll("\\.log.*", ".log"))).count()
              == 1,
          "twice: " + name);
    }
  }

  private static void settle(CrashLab lab) {
    lab.machine.scheduler().runFor(3 * SECOND);
  }

  private static long readAll(CrashLab lab) throws Exception {
    try (ReadOnlyLog log = lab.openForReading();
        WalReader reader = log.reader(log.firstIndex(), Visibility.DURABLE)) {
      return CrashLab.verify(reader, log.firstIndex());
    }
  }

  @ParameterizedTest
  @EnumSource
  void readersAndToolsSeeNoDifference(How how) throws Exception {
    CrashLab lab = filled(1, options(how));
    long before = lab.machine.disk().usedBytes();
    try (WriteAheadLog log = lab.open();
        WalReader inside = log.reader(3)) {
      assertThat(inside.next()).isTrue();
      settle(lab);
      assertThat(compressed(lab, how)).isEqualTo(4);
      checkTidy(lab);
      assertThat(CrashLab.verify(inside, 4)).as("an open reader goes on").isEqualTo(41);
      assertThat(CrashLab.verify(log, 1)).isEqualTo(41);
      for (long at : new long[] {1, 9, 10, 11, 25, 40, 41}) {
        try (WalReader reader = log.reader(at)) {
          assertThat(reader.next()).isTrue();
          assertThat(reader.payloadBytes()).hasSize(at == 41 ? 100 : 9_000 + (int) at);
        }
      }
      append(log, 42, 100);
    }
    assertThat(lab.machine.disk().usedBytes()).isLessThan(before / 2);
    assertThat(readAll(lab)).isEqualTo(42);
    Verification.Result result =
        Verification.run(
            CrashLab.DIRECTORY, lab.options, lab.machine.machine(), ProgressListener.NONE);
    assertThat(result.findings()).isEmpty();
    assertThat(result.records()).isEqualTo(42);
    Salvage.Result salvaged =
        Salvage.run(
            CrashLab.DIRECTORY,
            Path.of("/data/out"),
            lab.options,
            lab.machine.machine(),
            ProgressListener.NONE);
    assertThat(salvaged.records()).isEqualTo(42);
    assertThat(salvaged.lost()).isEmpty();
  }

  @Test
  void gunzipRestoresTheSegmentUpToItsEnd() throws Exception {
    CrashLab lab = filled(1, options(How.GZIP));
    Map<Path, byte[]> before = lab.snapshot();
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      assertThat(log.lastIndex()).isEqualTo(41);
    }
    for (Path path : lab.machine.disk().files().keySet()) {
      if (path.toString().endsWith(".gz")) {
        Path raw = Path.of(path.toString().replace(".gz", ""));
        byte[] whole = java.util.Objects.requireNonNull(before.get(raw));
        byte[] restored =
            new GZIPInputStream(new ByteArrayInputStream(lab.bytes(path))).readAllBytes();
        assertThat(restored).isEqualTo(Arrays.copyOf(whole, restored.length));
        assertThat(restored.length).isGreaterThan(90_000);
      }
    }
  }

  /// Power loss and kill at every operation of open, compression and close.
  @ParameterizedTest
  @EnumSource
  void aCrashAtAnyMomentLeavesOneWholeFile(How how) throws Exception {
    long needed = 0;
    int[] seen = new int[5];
    for (long at = 0; at <= needed; at += at < 3 ? 1 : 3) {
      CrashLab lab = filled(100 + at, options(how));
      long before = lab.machine.disk().operations();
      if (at > 0) {
        lab.machine
            .disk()
            .add(new Fault.Crash(before + at, at % 2 == 0 ? Death.POWER : Death.KILL));
      }
      try {
        lab.open();
        settle(lab);
        needed = at == 0 ? lab.machine.disk().operations() - before : needed;
        lab.machine.losePower();
      } catch (SimCrash _) {
        // As planned.
      }
      seen[(int) compressed(lab, how)]++;
      check(readAll(lab) == 41, "a reader finds less after a crash at " + at);
      try (WriteAheadLog log = lab.open()) {
        checkTidy(lab);
        check(CrashLab.verify(log, 1) == 41, "the writer finds less after a crash at " + at);
        settle(lab);
        check(compressed(lab, how) == 4, "it is not finished: " + names(lab));
        append(log, 42, 100);
      }
    }
    assertThat(needed).isGreaterThan(100);
    for (int count = 0; count <= 4; count++) {
      assertThat(seen[count]).as("crashes with " + count + " compressed").isPositive();
    }
  }

  /// The segment that a suffix truncation cuts is a file of its own again; crashes at any moment.
  @ParameterizedTest
  @EnumSource
  void aSuffixTruncationIntoACompressedSegment(How how) throws Exception {
    long needed = 0;
    int[] outcomes = new int[2];
    for (long at = 0; at <= needed; at += 2) {
      CrashLab lab = filled(500 + at, options(how));
      boolean returned = false;
      try (WriteAheadLog log = lab.open()) {
        settle(lab);
        check(compressed(lab, how) == 4, "not compressed");
        long before = lab.machine.disk().operations();
        if (at > 0) {
          lab.machine
              .disk()
              .add(new Fault.Crash(before + at, at % 4 == 0 ? Death.POWER : Death.KILL));
        }
        log.truncateSuffix(15);
        returned = true;
        needed = at == 0 ? lab.machine.disk().operations() - before : needed;
        append(log, 16, 50);
        lab.machine.losePower();
      } catch (SimCrash _) {
        // As planned.
      }
      long last;
      try (WriteAheadLog log = lab.open()) {
        last = CrashLab.verify(log, 1);
        checkTidy(lab);
        append(log, last + 1, 60);
        settle(lab);
      }
      check(last == 15 || last == 16 || (!returned && last == 41), "cut to " + last);
      outcomes[last == 41 ? 0 : 1]++;
      check(readAll(lab) == last + 1, "a reader ends elsewhere");
    }
    assertThat(outcomes[0]).isPositive();
    assertThat(outcomes[1]).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void truncationRemovesCompressedFiles(How how) throws Exception {
    CrashLab lab = filled(1, options(how));
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      log.truncatePrefix(25);
      assertThat(compressed(lab, how)).isEqualTo(2);
      assertThat(CrashLab.verify(log, 25)).isEqualTo(41);
    }
    try (WriteAheadLog log = lab.open()) {
      assertThat(log.firstIndex()).isEqualTo(25);
      checkTidy(lab);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFailureLeavesTheSegmentAsItIsAndIsTold(How how) throws Exception {
    List<Long> failed = new ArrayList<>();
    WalListener listener =
        new WalListener() {
          @Override
          public void compressionFailed(long segment, StorageException cause) {
            failed.add(segment);
          }
        };
    CrashLab lab = filled(1, options(how).withListener(listener));
    lab.machine.disk().failNext(Verb.SYNC, path -> path.toString().contains(how.suffix));
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      assertThat(failed).containsExactly(1L);
      assertThat(compressed(lab, how)).isEqualTo(3);
      append(log, 42, 10);
      assertThat(CrashLab.verify(log, 1)).isEqualTo(42);
      checkTidy(lab);
    }
  }

  /// Every byte of a compressed file that means something: harmless, or told with its place.
  @ParameterizedTest
  @EnumSource
  void everyFlippedBitIsHarmlessOrTold(How how) throws Exception {
    CrashLab lab = filled(1, options(how));
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      assertThat(log.lastIndex()).isEqualTo(41);
    }
    Map<Path, byte[]> files = lab.snapshot();
    Path victim =
        files.keySet().stream()
            .filter(path -> path.toString().contains("-2.log" + how.suffix))
            .findFirst()
            .orElseThrow();
    int[] table = new int[3];
    int length = java.util.Objects.requireNonNull(files.get(victim)).length;
    for (int at = 0; at < length; at++) {
      lab.machine.disk().flipBit(victim, at, at % 8);
      table[judge(lab)]++;
      lab.restore(files);
    }
    for (int cut = 0; cut < length; cut += 7) {
      lab.put(victim, Arrays.copyOf(files.get(victim), cut));
      // The last index may be cut off: there is another one in front of it.
      check(
          judge(lab) > 0 || length - cut <= (how == How.GZIP ? 104 : 76),
          "a file cut to " + cut + " is whole");
      lab.restore(files);
    }
    System.out.printf(
        "flip %s: %d harmless, %d told at open as a range, %d told by the reader%n",
        how, table[0], table[1], table[2]);
    assertThat(table[1]).isPositive();
  }

  private static int judge(CrashLab lab) throws Exception {
    try (WriteAheadLog log = lab.open()) {
      boolean range = !log.recovery().damagedRanges().isEmpty();
      boolean told = false;
      try (WalReader reader = log.reader(1)) {
        check(CrashLab.verify(reader, 1) == 41, "records are gone without a word");
      } catch (CorruptException e) {
        check(String.valueOf(e.getMessage()).contains("-2.log"), "another segment: " + e);
        told = true;
      }
      try (WalReader behind = log.reader(21)) {
        check(CrashLab.verify(behind, 21) == 41, "the segments behind are hurt");
      }
      return range ? 1 : told ? 2 : 0;
    } finally {
      lab.machine.killProcess();
    }
  }

  @Test
  void whatIsCompressedNeedsItsCodec() throws Exception {
    CrashLab lab = filled(1, options(How.ZSTD));
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      assertThat(log.lastIndex()).isEqualTo(41);
    }
    assertThatThrownBy(() ->
            ReadOnlyLog.open(CrashLab.DIRECTORY, CrashLab.tiny(), lab.machine.machine()).close())
        .isInstanceOf(CodecMissingException.class)
        .hasMessageContaining(".zst")
        .hasMessageContaining("Codec.reading()");
    assertThatThrownBy(() ->
            WriteAheadLog.open(
                    CrashLab.DIRECTORY,
                    CrashLab.tiny().withSealedCompression(SealedCompression.ZSTD),
                    lab.machine.machine())
                .close())
        .isInstanceOf(CodecMissingException.class);
  }

  @Test
  void noiseAndEncryptedSegmentsStayAsTheyAre() throws Exception {
    WalOptions encrypting = options(How.GZIP).withCodec(Codec.reading().withKeys(Keys.RING));
    CrashLab lab = filled(1, encrypting);
    try (WriteAheadLog log = lab.open()) {
      settle(lab);
      assertThat(compressed(lab, How.GZIP)).isZero();
      checkTidy(lab);
      assertThat(CrashLab.verify(log, 1)).isEqualTo(41);
    }
  }

  /// A reader without a lock, beside a writer that compresses.
  @ParameterizedTest
  @EnumSource
  void aForeignReaderGoesOn(How how) throws Exception {
    CrashLab lab = filled(1, options(how));
    try (ReadOnlyLog foreign = lab.openForReading();
        WalReader reader = foreign.reader(1, Visibility.DURABLE);
        WriteAheadLog log = lab.open()) {
      assertThat(reader.next()).isTrue();
      settle(lab);
      assertThat(compressed(lab, how)).isEqualTo(4);
      assertThat(CrashLab.verify(reader, 2)).isEqualTo(41);
      append(log, 42, 10);
      settle(lab);
      foreign.refresh();
      try (WalReader again = foreign.reader(1, Visibility.DURABLE)) {
        assertThat(CrashLab.verify(again, 1)).isEqualTo(42);
      }
    }
  }

  /// Committed bytes: what was compressed once is read for ever. Record with `-Dgolden.rewrite`
  /// only with a new version.
  @ParameterizedTest
  @EnumSource
  void compressedSegmentsOfVersion1AreReadAndContinued(How how) throws Exception {
    Golden golden =
        Golden.in(
            Path.of("src/test/resources/golden/log-v1-sealed" + how.suffix.replace('.', '-')));
    if (System.getProperty("golden.rewrite") != null
        && !System.getProperty("golden.rewrite").isBlank()) {
      CrashLab lab = filled(20_261_121, options(how));
      try (WriteAheadLog log = lab.open()) {
        settle(lab);
        append(log, 42, 10);
      }
      StringBuilder text = new StringBuilder();
      for (Path path : lab.machine.disk().files().keySet()) {
        String name = String.valueOf(path.getFileName());
        if (names(lab).contains(name) && !name.contains("-pre")) {
          text.append(name).append('\n');
          golden.check(name + ".bin", CodecGoldenTest.deflate(ByteBuffer.wrap(lab.bytes(path))));
        }
      }
      golden.check("names.txt", ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
    CrashLab lab = lab(3, options(how));
    lab.machine.files().createDirectories(CrashLab.DIRECTORY);
    String all = StandardCharsets.UTF_8.decode(golden.read("names.txt")).toString();
    for (String name : all.lines().toList()) {
      lab.machine
          .disk()
          .replaceForeign(
              CrashLab.DIRECTORY.resolve(name),
              CodecGoldenTest.inflate(golden.read(name + ".bin")));
    }
    assertThat(compressed(lab, how)).isEqualTo(4);
    assertThat(readAll(lab)).isEqualTo(42);
    try (WriteAheadLog log = lab.open()) {
      assertThat(CrashLab.verify(log, 1)).isEqualTo(42);
      append(log, 43, 10);
    }
  }
}
