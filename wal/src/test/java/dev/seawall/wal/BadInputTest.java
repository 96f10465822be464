// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import dev.seawall.wal.inspect.LogInspector;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.SegmentView;
import dev.seawall.wal.inspect.Verification;
import dev.seawall.wal.internal.frame.Mix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Whatever stands in a directory: a typed error that says where, or reading around it; and nothing
/// that could be a record is ever removed.
class BadInputTest {
  private static final Path TOO_NEW = SimLog.DIRECTORY.resolve("seawall-1-999.log");

  private static Verification.Result verify(SimLog sim) throws Exception {
    return Verification.run(
        SimLog.DIRECTORY, sim.options, sim.machine.machine(), ProgressListener.NONE);
  }

  private static List<SegmentView> views(SimLog sim) throws Exception {
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      return inspector.segments();
    }
  }

  /// Opening for writing fails with this, says where and what to type, and removes nothing.
  private static void refused(SimLog sim, Class<? extends WalException> type, Path file)
      throws Exception {
    Map<Path, Long> before = segmentFiles(sim);
    assertThatThrownBy(sim::write)
        .isInstanceOf(type)
        .hasMessageContaining(String.valueOf(file.getFileName()))
        .satisfies(thrown ->
            assertThat(thrown.getMessage())
                .containsAnyOf("seawall wal verify", "newer Seawall", "older Seawall"));
    assertThat(segmentFiles(sim)).containsAllEntriesOf(before);
  }

  private static Map<Path, Long> segmentFiles(SimLog sim) {
    Map<Path, Long> files = new TreeMap<>(sim.machine.disk().files());
    files.keySet().removeIf(path -> !path.toString().endsWith(".log"));
    return files;
  }

  private static ByteBuffer header(SimLog sim, Path file, int version, int features) {
    ByteBuffer block = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    block.put(0, sim.machine.disk().contents(file), 0, 4096);
    block.putShort(8, (short) version).putInt(12, features);
    long state = 0;
    for (int i = 0; i < 8; i++) {
      state = Mix.step(state, block.getLong(i * 8));
    }
    return block.putLong(64, Mix.finish(state));
  }

  private static void stamp(SimLog sim, Path file, int version, int features) {
    ByteBuffer old = sim.machine.disk().contents(file);
    ByteBuffer changed = ByteBuffer.allocate(old.limit()).put(old.duplicate());
    changed.put(0, header(sim, file, version, features), 0, 4096);
    sim.machine.disk().replaceForeign(file, changed.rewind());
  }

  @Test
  void aNewerVersionIsTooNewAndNeverCorrupt() throws Exception {
    for (int which = 0; which < 3; which++) {
      SimLog sim = new SimLog(1).filled(300);
      Path file = sim.segments().get(which == 2 ? sim.segments().size() - 1 : which);
      stamp(sim, file, 2, 0);
      assertThatThrownBy(sim::read)
          .isInstanceOf(FormatTooNewException.class)
          .hasMessageContaining("version 2")
          .hasMessageContaining(String.valueOf(file.getFileName()));
      assertThatThrownBy(() -> verify(sim)).isInstanceOf(FormatTooNewException.class);
      assertThatThrownBy(() -> views(sim)).isInstanceOf(FormatTooNewException.class);
      refused(sim, FormatTooNewException.class, file);
    }
  }

  @Test
  void anUnknownFeatureIsTooNewToo() throws Exception {
    SimLog sim = new SimLog(2).filled(50);
    Path file = sim.segments().getLast();
    stamp(sim, file, 1, 0x10);
    assertThatThrownBy(sim::read)
        .isInstanceOf(FormatTooNewException.class)
        .hasMessageContaining("features 10");
    refused(sim, FormatTooNewException.class, file);
  }

  @Test
  void anOlderVersionIsTooOld() throws Exception {
    SimLog sim = new SimLog(3).filled(50);
    Path file = sim.segments().getLast();
    stamp(sim, file, 0, 0);
    assertThatThrownBy(sim::read).isInstanceOf(FormatTooOldException.class);
    refused(sim, FormatTooOldException.class, file);
  }

  @Test
  void aVersionWithAWrongChecksumIsDamageAndNotTooNew() throws Exception {
    SimLog sim = new SimLog(4).filled(50);
    Path file = sim.segments().getLast();
    sim.machine.disk().flipBit(file, 8, 4);
    refused(sim, CorruptException.class, file);
    assertThat(verify(sim).intact()).isFalse();
  }

  @Test
  void aDirectoryWithASegmentsNameIsRefusedAndReadAround() throws Exception {
    SimLog sim = new SimLog(5).filled(300);
    sim.machine.files().createDirectories(TOO_NEW);
    refused(sim, CorruptException.class, TOO_NEW);
    readAround(sim, TOO_NEW);
  }

  @Test
  void aZeroLengthOrForeignFileIsRefusedAndReadAround() throws Exception {
    byte[] noise = new byte[9000];
    Seed.of(1).random("noise").nextBytes(noise);
    for (byte[] content : List.of(new byte[0], new byte[71], new byte[8192], noise)) {
      SimLog sim = new SimLog(6).filled(300);
      sim.machine.disk().replaceForeign(TOO_NEW, ByteBuffer.wrap(content));
      refused(sim, CorruptException.class, TOO_NEW);
      readAround(sim, TOO_NEW);
    }
  }

  /// All 300 records are read although a file is wrong; tools name the file.
  private static void readAround(SimLog sim, Path file) throws Exception {
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThat(SimLog.indexes(reader)).hasSize(300);
    }
    assertThat(verify(sim).findings())
        .anySatisfy(finding -> {
          assertThat(finding.severity()).isEqualTo(Verification.Severity.DAMAGE);
          assertThat(finding.file()).isEqualTo(file);
        });
    assertThat(views(sim))
        .anySatisfy(view -> {
          assertThat(view.file()).isEqualTo(file);
          assertThat(view.kind()).isEqualTo(SegmentView.Kind.DAMAGED);
          assertThat(view.problem()).isNotEmpty();
        });
  }

  @Test
  void aTruncatedTailFileIsRefusedAndReadUpToItsEnd() throws Exception {
    SimLog sim = new SimLog(7).filled(300);
    Path tail = sim.segments().getLast();
    ByteBuffer whole = sim.machine.disk().contents(tail);
    sim.machine.disk().replaceForeign(tail, whole.slice(0, whole.limit() / 2));
    refused(sim, CorruptException.class, tail);
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThat(SimLog.indexes(reader)).hasSizeGreaterThan(100);
      assertThat(log.damage()).isPresent();
    }
    assertThat(verify(sim).intact()).isFalse();
  }

  @Test
  void twoFilesOfOneNumberAreRefusedAndReadAround() throws Exception {
    SimLog sim = new SimLog(8).filled(300);
    Path second = sim.segments().get(1);
    Path copy = SimLog.DIRECTORY.resolve("seawall-9999999999999-2.log");
    sim.machine.disk().replaceForeign(copy, sim.machine.disk().contents(second));
    refused(sim, CorruptException.class, copy);
    readAround(sim, copy);
  }

  @Test
  void aFileOfAnotherLogIsRefusedAndReadAround() throws Exception {
    SimLog other = new SimLog(99).filled(20);
    SimLog sim = new SimLog(9).filled(300);
    ByteBuffer stranger = other.machine.disk().contents(other.segments().getFirst());
    ByteBuffer renumbered = ByteBuffer.allocate(stranger.limit()).order(ByteOrder.LITTLE_ENDIAN);
    renumbered.put(stranger).putLong(40, 999);
    long state = 0;
    for (int i = 0; i < 8; i++) {
      state = Mix.step(state, renumbered.getLong(i * 8));
    }
    renumbered.putLong(64, Mix.finish(state)).rewind();
    sim.machine.disk().replaceForeign(TOO_NEW, renumbered);
    readAround(sim, TOO_NEW);
    refused(sim, CorruptException.class, TOO_NEW);
  }

  @Test
  void prefixesThatLeaveTheDirectoryAreRefused() {
    for (String prefix : List.of("..", "../x", "a/b", "a\\b", "", ".hidden", "a b", "-x", "x\n")) {
      assertThatThrownBy(() -> WalOptions.defaults().withPrefix(prefix))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 1 to 63");
    }
  }

  @Test
  void aMissingOrEmptyDirectoryIsNoLog() throws Exception {
    SimLog sim = new SimLog(10);
    assertThatThrownBy(sim::read)
        .isInstanceOf(NotALogException.class)
        .hasMessageContaining("/data/log")
        .hasMessageContaining("Check the path");
    assertThat(sim.machine.files().status(SimLog.DIRECTORY).isMissing()).isTrue();
    sim.machine.files().createDirectories(SimLog.DIRECTORY);
    assertThatThrownBy(sim::read).isInstanceOf(NotALogException.class);
    assertThatThrownBy(() -> views(sim)).isInstanceOf(NotALogException.class);
  }
}
