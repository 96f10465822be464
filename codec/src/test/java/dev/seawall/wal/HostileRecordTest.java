// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.codec.Codec;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Records that somebody changed on purpose, with all their checksums right: lengths that lie,
/// bombs, records put in another place.
class HostileRecordTest {
  private static final int LENGTH = 600;

  private static WalOptions options(Codec codec) {
    return CrashLab.tiny().withCodec(codec);
  }

  private static CrashLab lab(WalOptions options) throws Exception {
    CrashLab lab =
        new CrashLab(
            dev.seawall.testkit.Seed.of(5), dev.seawall.testkit.SimOptions.defaults(), options);
    try (WriteAheadLog log = lab.open()) {
      for (long i = 1; i <= 5; i++) {
        CrashLab.append(log, i, LENGTH);
      }
    }
    return lab;
  }

  /// Changes a record's stored payload and puts its checksums right.
  private static void forge(CrashLab lab, long index, Consumer<MemorySegment> change) {
    CrashLab.Frame frame = lab.record(index);
    Path file = frame.file();
    byte[] bytes = lab.bytes(file);
    MemorySegment memory = MemorySegment.ofArray(bytes);
    long at = frame.position();
    long length = memory.get(U32, at + 8) & 0xFFFF_FFFFL;
    change.accept(memory.asSlice(at + Layout.HEADER, length));
    FrameWriter.restamp(
        memory,
        at,
        lab.header(file).orElseThrow().key().seed(),
        at,
        Checksums.crc32c(memory, at + Layout.HEADER, length));
    lab.put(file, bytes);
  }

  private static void assertRefused(CrashLab lab, long index, String... words) throws Exception {
    assertThat(verify(lab, CrashLab.tiny()).intact()).as("checksums").isTrue();
    assertThat(verify(lab, lab.options).intact()).as("content").isFalse();
    try (WriteAheadLog log = lab.open();
        WalReader reader = log.reader(1)) {
      while (reader.nextIndex() < index) {
        assertThat(reader.next()).isTrue();
      }
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(reader::next)
            .isInstanceOf(CorruptException.class)
            .hasMessageContaining("record " + index)
            .hasMessageContainingAll(words);
      }
      reader.seek(index + 1);
      assertThat(reader.next()).as("the next one can be read").isTrue();
      CrashLab.append(log, log.lastIndex() + 1, LENGTH);
    }
  }

  private static Verification.Result verify(CrashLab lab, WalOptions options) throws Exception {
    return Verification.run(
        CrashLab.DIRECTORY, options, lab.machine.machine(), ProgressListener.NONE);
  }

  @Test
  void aLengthThatSoFewBytesCannotGiveIsRefusedUnread() throws Exception {
    for (Codec codec : new Codec[] {Codec.lz4(), Codec.zstd(1)}) {
      CrashLab lab = lab(options(codec));
      forge(lab, 3, stored -> stored.set(U32, 4, (int) Layout.MAX_PAYLOAD));
      assertRefused(lab, 3, "cannot give", "1073741824");
    }
  }

  @Test
  void aLengthThatLiesALittleIsRefused() throws Exception {
    for (int by : new int[] {-1, 1}) {
      CrashLab lab = lab(options(Codec.lz4()));
      forge(lab, 3, stored -> stored.set(U32, 4, LENGTH + by));
      assertRefused(lab, 3, "LZ4 block");
      CrashLab other = lab(options(Codec.zstd(1)));
      forge(other, 3, stored -> stored.set(U32, 4, LENGTH + by));
      assertRefused(other, 3, "it states 600");
    }
  }

  @Test
  void bytesThatAreNoBlockAreRefused() throws Exception {
    for (Codec codec : new Codec[] {Codec.lz4(), Codec.zstd(1)}) {
      CrashLab lab = lab(options(codec));
      forge(lab, 3, stored -> stored.asSlice(16).fill((byte) 0xF7));
      assertRefused(lab, 3, "not ");
    }
  }

  @Test
  void everyChangedBitOfAnEncryptedRecordIsNoticed() throws Exception {
    CrashLab lab = lab(options(Codec.lz4().withKeys(Keys.RING)));
    var files = lab.snapshot();
    long bytes = lab.record(3).end() - lab.record(3).position() - Layout.HEADER;
    for (int at = 0; at < bytes; at++) {
      int place = at;
      boolean reserved = at == 2 || at == 3;
      boolean unknown = at == 0 || at == 1;
      boolean key = at >= 8 && at < 16;
      if (reserved || unknown || key) {
        continue; // Not valid as a frame, or another typed error; see below.
      }
      try {
        forge(
            lab,
            3,
            stored -> {
              if (place < stored.byteSize()) {
                stored.set(
                    java.lang.foreign.ValueLayout.JAVA_BYTE,
                    place,
                    (byte) (stored.get(java.lang.foreign.ValueLayout.JAVA_BYTE, place) ^ 4));
              } else {
                stored.set(U32, 4, 1);
              }
            });
        try (ReadOnlyLog log = lab.openForReading();
            WalReader reader = log.reader(3, Visibility.WRITTEN)) {
          assertThatThrownBy(reader::next).as("byte " + at).isInstanceOf(WalException.class);
        }
      } finally {
        lab.restore(files);
      }
    }
  }

  @Test
  void anotherKeyCipherOrCompressionIsATypedError() throws Exception {
    CrashLab lab = lab(options(Codec.lz4().withKeys(Keys.RING)));
    var files = lab.snapshot();
    assertFirst(lab, stored -> stored.set(U64, 8, 77), KeyException.class, "000000000000004d");
    lab.restore(files);
    assertFirst(
        lab,
        stored -> stored.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 1, (byte) 9),
        CodecMissingException.class,
        "cipher 9");
    lab.restore(files);
    assertFirst(
        lab,
        stored -> stored.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 9),
        CodecMissingException.class,
        "compression 9");
  }

  private static void assertFirst(
      CrashLab lab, Consumer<MemorySegment> change, Class<?> type, String words) throws Exception {
    forge(lab, 1, change);
    try (ReadOnlyLog log = lab.openForReading();
        WalReader reader = log.reader(1, Visibility.WRITTEN)) {
      assertThatThrownBy(reader::next).isInstanceOf(type).hasMessageContaining(words);
    }
  }

  /// Two records of one length exchanged, all checksums right.
  @Test
  void anEncryptedRecordCannotBeMoved() throws Exception {
    CrashLab lab = lab(options(Codec.reading().withKeys(Keys.RING)));
    byte[][] taken = new byte[2][];
    forge(lab, 2, stored -> taken[0] = stored.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    forge(lab, 4, stored -> taken[1] = stored.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    forge(
        lab,
        2,
        stored ->
            MemorySegment.copy(MemorySegment.ofArray(taken[1]), 0, stored, 0, taken[1].length));
    assertRefused(lab, 2, "authentication", "moved");
  }

  /// The same record at the same index of another log under the same key.
  @Test
  void anEncryptedRecordCannotBeTakenToAnotherLog() throws Exception {
    CrashLab lab = lab(options(Codec.reading().withKeys(Keys.RING)));
    CrashLab other =
        new CrashLab(
            dev.seawall.testkit.Seed.of(6), dev.seawall.testkit.SimOptions.defaults(), lab.options);
    try (WriteAheadLog log = other.open()) {
      for (long i = 1; i <= 5; i++) {
        CrashLab.append(log, i, LENGTH);
      }
    }
    byte[][] taken = new byte[1][];
    forge(other, 3, stored -> taken[0] = stored.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    forge(
        lab,
        3,
        stored ->
            MemorySegment.copy(MemorySegment.ofArray(taken[0]), 0, stored, 0, taken[0].length));
    assertRefused(lab, 3, "authentication");
  }

  /// The frame's own fields are bound too: here the timestamp.
  @Test
  void anEncryptedRecordKeepsItsTimestamp() throws Exception {
    CrashLab lab = lab(options(Codec.reading().withKeys(Keys.RING)));
    CrashLab.Frame frame = lab.record(3);
    byte[] bytes = lab.bytes(frame.file());
    MemorySegment memory = MemorySegment.ofArray(bytes);
    long at = frame.position();
    memory.set(U64, at + 32, 2_000);
    FrameWriter.restamp(
        memory,
        at,
        lab.header(frame.file()).orElseThrow().key().seed(),
        at,
        memory.get(U32, at + 16));
    lab.put(frame.file(), bytes);
    assertThat(lab.record(3).type()).isEqualTo(FrameType.RECORD);
    assertRefused(lab, 3, "authentication");
  }
}
