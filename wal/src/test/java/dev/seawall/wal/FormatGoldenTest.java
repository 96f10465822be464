// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Golden;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.SidecarIndex;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// Committed bytes of format version 1: what is encoded does not change, and a log that was written
/// once is read for ever. Record with `-Dgolden.rewrite` only with a new version.
class FormatGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final FrameKey KEY =
      new FrameKey(0x0123456789ABCDEFL, 0x0F1E2D3C4B5A6978L, 0x1122334455667788L);
  private static final long RECORDS = 150;

  @Test
  void everyFrameIsEncodedAsItWasInVersion1() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(2 * Layout.BLOCK, 8);
      new SegmentHeader(KEY, 7, 1_763_700_000_000L, 65_536).encode(block);
      List<FrameType> written = new ArrayList<>();
      long end = encodeAll(block, written);
      Golden.in(GOLDEN)
          .check("frames-v1.bin", block.asSlice(0, end).asByteBuffer().asReadOnlyBuffer());
      FrameReader reader = new FrameReader(KEY, 7, 65_536, 1 << 20);
      reader.over(block, 0, block.byteSize());
      List<FrameType> read = new ArrayList<>();
      for (long at = Layout.FIRST_FRAME; at < end; at = reader.end()) {
        assertThat(reader.read(at)).isEqualTo(FrameReader.Result.VALID);
        read.add(reader.type());
      }
      assertThat(read).isEqualTo(written).containsOnlyOnce(FrameType.values());
    }
  }

  private static long encodeAll(MemorySegment block, List<FrameType> written) {
    long seed = KEY.seed();
    Promise promise = new Promise(6, 60_000);
    TreeMap<String, Long> pins = new TreeMap<>(Map.of("archive", 3L, "größe", 9L));
    long at = Layout.FIRST_FRAME;
    LogState state = new LogState(3, 2, 9, 40, 6, 0x55, 60_096, 12, 5, pins);
    at += ControlFrames.state(block, at, seed, at, 4, 40, promise, state);
    written.add(FrameType.STATE);
    at += ControlFrames.group(block, at, seed, at, FrameType.GROUP, 0, 4, 40, 6, 60_096, 8192);
    written.add(FrameType.GROUP);
    byte[] payload = "a record of 25 bytes, yes".getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(
        payload, 0, block, ValueLayout.JAVA_BYTE, at + Layout.HEADER, payload.length);
    int crc = Checksums.crc32c(payload, 0, payload.length);
    FrameWriter.header(
        block,
        at,
        seed,
        at,
        FrameType.RECORD,
        Layout.FLAG_BATCH_END,
        payload.length,
        crc,
        4,
        40,
        1_763_700_000_123L);
    at += Layout.frameBytes(payload.length);
    written.add(FrameType.RECORD);
    FrameWriter.header(block, at, seed, at, FrameType.PAD, 0, 100, 0, 4, 41, 0);
    at += Layout.frameBytes(100);
    written.add(FrameType.PAD);
    at += ControlFrames.epoch(block, at, seed, at, 5, promise, 40);
    written.add(FrameType.EPOCH);
    at +=
        ControlFrames.group(
            block, at, seed, at, FrameType.MARK, Layout.FLAG_CLOSED, 5, 41, 7, at, at + 64);
    written.add(FrameType.MARK);
    at +=
        ControlFrames.cut(
            block, at, seed, at, 5, 41, promise, new ControlFrames.Cut(6, 39, 7, 4400, 40));
    written.add(FrameType.CUT);
    at +=
        ControlFrames.seal(
            block,
            at,
            seed,
            at,
            5,
            7,
            at,
            new ControlFrames.Seal(40, 40, 1_763_700_000_123L, 8, 1_763_700_009_999L));
    written.add(FrameType.SEAL);
    return at;
  }

  @Test
  void aSidecarIsEncodedAsItWasInVersion1() throws Exception {
    SimMachine machine = new SimMachine(Seed.of(1));
    Path directory = Path.of("/data");
    machine.files().createDirectories(directory);
    Path path = directory.resolve("seawall-1763700000000-7.log");
    Segment segment = new Segment(7, path, KEY, 1 << 20, 40);
    segment.index().add(60, 70_000, 500);
    segment.index().add(90, 140_000, 700);
    SidecarIndex.write(segment.seal(200_000, 99, 800, 1_763_700_009_999L), machine.files());
    Golden.in(GOLDEN).check("sidecar-v1.idx", machine.disk().contents(SidecarIndex.path(path)));
  }

  @Test
  void aLogOfVersion1IsReadVerifiedAndContinued() throws Exception {
    Golden golden = Golden.in(GOLDEN.resolve("log-v1"));
    if (System.getProperty("golden.rewrite") != null
        && !System.getProperty("golden.rewrite").isBlank()) {
      record(golden);
    }
    SimLog sim = new SimLog(1);
    sim.machine.files().createDirectories(SimLog.DIRECTORY);
    String names = StandardCharsets.UTF_8.decode(golden.read("names.txt")).toString();
    for (String name : names.lines().toList()) {
      sim.machine
          .disk()
          .replaceForeign(SimLog.DIRECTORY.resolve(name), inflate(golden.read(name + ".gz")));
    }
    assertThat(names).contains("-1.log\n").contains("-2.log\n").contains(".log.idx\n");

    Verification.Result result =
        Verification.run(
            SimLog.DIRECTORY, sim.options, sim.machine.machine(), ProgressListener.NONE);
    assertThat(result.findings()).isEmpty();
    assertThat(result.durableIndex()).isEqualTo(RECORDS);
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(5, Visibility.DURABLE)) {
      for (long i = 5; i <= RECORDS; i++) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.index()).isEqualTo(i);
        assertThat(reader.timestamp()).isEqualTo(1000 + i);
        assertThat(reader.payloadBytes()).isEqualTo(SimLog.payload(i));
        assertThat(reader.endsBatch()).isEqualTo(i <= 100 || i >= 111 || i == 110);
      }
      assertThat(reader.next()).isFalse();
    }
    try (WriteAheadLog log = sim.write()) {
      assertThat(log.pins()).containsExactly(Map.entry("archive", 6L));
      assertThat(log.firstIndex()).isEqualTo(5);
      SimLog.append(log, RECORDS + 1, RECORDS + 10);
    }
  }

  /// Writes the log: batches, a pin, both truncations, a reopening.
  private static void record(Golden golden) throws Exception {
    SimLog sim = new SimLog(20_261_121);
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 1, 100);
      WalBatch batch = new WalBatch();
      for (long i = 101; i <= 110; i++) {
        batch.add(SimLog.payload(i), 0, SimLog.payload(i).length, 1000 + i);
      }
      log.append(batch);
      SimLog.append(log, 111, 140);
      // The maintenance writes the sidecar meanwhile.
      log.awaitDurable(RECORDS, Duration.ofSeconds(1));
      log.pin("archive", 6);
      log.truncatePrefix(5);
      log.truncateSuffix(130);
    }
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 131, RECORDS);
    }
    StringBuilder names = new StringBuilder();
    for (Map.Entry<Path, ByteBuffer> file : sim.disk().entrySet()) {
      String name = String.valueOf(file.getKey().getFileName());
      if (name.startsWith("seawall-")) {
        names.append(name).append('\n');
        golden.check(name + ".gz", deflate(file.getValue()));
      }
    }
    golden.check("names.txt", ByteBuffer.wrap(names.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static ByteBuffer deflate(ByteBuffer bytes) throws IOException {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(array);
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static ByteBuffer inflate(ByteBuffer bytes) throws IOException {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(array))) {
      return ByteBuffer.wrap(gzip.readAllBytes());
    }
  }
}
