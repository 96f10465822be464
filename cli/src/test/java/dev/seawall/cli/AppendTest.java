// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `seawall wal append`: what goes in, what is printed, what is refused.
final class AppendTest {
  @TempDir private Path home;

  private Path log() {
    return home.resolve("log");
  }

  @Test
  void everyLineIsARecordAndTheLastMayLackItsNewline() throws Exception {
    Run run = Run.with("one\n\ntwo \r\nthree", "wal", "append", log());
    assertThat(run.status()).isZero();
    assertThat(run.lines()).containsExactly("1", "2", "3", "4");
    assertThat(run.err()).isEmpty();
    assertThat(records(log())).containsExactly("one", "", "two \r", "three");
  }

  @Test
  void indexesGoOnAfterReopening() {
    Run.with("a\n", "wal", "append", log());
    assertThat(Run.with("b\nc\n", "wal", "append", log()).lines()).containsExactly("2", "3");
  }

  @Test
  void noInputMakesAnEmptyLog() throws Exception {
    assertThat(Run.with("", "wal", "append", log())).isEqualTo(new Run(0, "", ""));
    assertThat(records(log())).isEmpty();
  }

  @Test
  void aFileIsReadInsteadOfStandardInput() throws Exception {
    Path file = Files.writeString(home.resolve("in"), "x\ny");
    assertThat(Run.with("not this", "wal", "append", log(), file).status()).isZero();
    assertThat(records(log())).containsExactly("x", "y");
    assertThat(Run.with("this", "wal", "append", log(), "-").lines()).containsExactly("3");
    Run missing = Run.of("wal", "append", log(), home.resolve("none"));
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("none", "cannot be opened");
  }

  @Test
  void linesLongerThanTheReadBufferStayWhole() throws Exception {
    String longLine = "x".repeat(200_000);
    Run.with("a\n" + longLine + "\n" + longLine, "wal", "append", log());
    assertThat(records(log())).containsExactly("a", longLine, longLine);
  }

  @Test
  void framesCarryNewlinesAndEmptyRecords() throws Exception {
    byte[] input = {3, 0, 0, 0, 'a', '\n', 'b', 0, 0, 0, 0, 1, 0, 0, 0, (byte) 0xff};
    Run run = Run.with(input, "wal", "append", log(), "--framed");
    assertThat(run.lines()).containsExactly("1", "2", "3");
    assertThat(records(log())).containsExactly("a\nb", "", "\u00ff");
  }

  @Test
  void aFrameThatIsCutIsToldAndWhatCameBeforeIsKept() throws Exception {
    byte[] input = {1, 0, 0, 0, 'a', 9, 0, 0, 0, 'b'};
    Run run = Run.with(input, "wal", "append", log(), "--framed");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.lines()).containsExactly("1");
    assertThat(run.err()).contains("record 2", "expected 9 bytes, found 1");
    assertThat(records(log())).containsExactly("a");
  }

  @Test
  void aRecordOverTheLimitIsRefusedBeforeAnythingIsAllocated() {
    byte[] input = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    Run framed = Run.with(input, "wal", "append", log(), "--framed");
    assertThat(framed.status()).isEqualTo(2);
    assertThat(framed.err()).contains("4294967295 bytes", "max-record-bytes");
    Run line = Run.with("ok\n1234567\n", "wal", "append", log(), "-o", "max-record-bytes=6");
    assertThat(line.status()).isEqualTo(2);
    assertThat(line.lines()).containsExactly("1");
    assertThat(line.err()).contains("record 2 of the input", "the limit is 6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"synced", "batched", "periodic", "buffered"})
  void everyLevelPrintsEveryIndexInOrder(String level) throws Exception {
    String input = IntStream.range(0, 5000).mapToObj(i -> i + "\n").reduce("", String::concat);
    Run run = Run.with(input, "wal", "append", log(), "--durability", level);
    assertThat(run.status()).isZero();
    assertThat(run.lines())
        .isEqualTo(LongStream.rangeClosed(1, 5000).mapToObj(Long::toString).toList());
    assertThat(String.join("\n", records(log())) + "\n").isEqualTo(input);
  }

  @Test
  void manyThreadsAppendEachLineOnce() throws Exception {
    List<String> lines = IntStream.range(0, 3000).mapToObj(i -> "line " + i).toList();
    Run run = Run.with(String.join("\n", lines), "wal", "append", log(), "--threads", "8");
    assertThat(run.status()).isZero();
    assertThat(run.lines())
        .isEqualTo(LongStream.rangeClosed(1, 3000).mapToObj(Long::toString).toList());
    assertThat(records(log())).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void jsonIsOneObjectALine() {
    Run run = Run.with("a\nb\n", "wal", "append", log(), "--json");
    assertThat(run.lines()).containsExactly("{\"index\":1}", "{\"index\":2}");
  }

  @Test
  void optionsOfTheLogAreTaken() throws Exception {
    Run run =
        Run.with("a\n", "wal", "append", log(), "-o", "prefix=mine", "-o", "segment-bytes=1MiB");
    assertThat(run.status()).isZero();
    try (var files = Files.list(log())) {
      assertThat(files.map(f -> f.getFileName().toString())).anyMatch(n -> n.startsWith("mine-"));
    }
    assertThat(Run.with("a\n", "wal", "append", log(), "--backend", "channel").status()).isZero();
  }

  @Test
  void aWrongOptionSaysWhichOnesThereAre() {
    Run unknown = Run.of("wal", "append", log(), "-o", "segmentbytes=1");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("segmentbytes", "segment-bytes");
    Run value = Run.of("wal", "append", log(), "-o", "segment-bytes=1");
    assertThat(value.status()).isEqualTo(2);
    assertThat(value.err()).contains("65536");
    assertThat(Run.of("wal", "append", log(), "--threads", "0").status()).isEqualTo(2);
    assertThat(Run.of("wal", "append", log(), "--durability", "maybe").err()).contains("BATCHED");
    assertThat(log()).doesNotExist();
  }

  @Test
  void aLogThatIsHeldIsStatus11AndSaysByWhom() throws Exception {
    try (WriteAheadLog _ = WriteAheadLog.open(log(), WalOptions.defaults())) {
      Run run = Run.with("a\n", "wal", "append", log(), "--json");
      assertThat(run.status()).isEqualTo(11);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .startsWith("{\"error\":")
          .contains("\"exit\":11", Long.toString(ProcessHandle.current().pid()));
    }
  }

  @Test
  void aPathThatIsNoDirectoryIsRefused() throws Exception {
    Path file = Files.writeString(home.resolve("file"), "");
    Run run = Run.with("a\n", "wal", "append", file);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(file.toString());
  }

  /// Nobody would learn what became durable: stop, and say so.
  @Test
  void aClosedStandardOutputStopsTheInput() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    byte[] input = "line\n".repeat(500_000).getBytes(StandardCharsets.UTF_8);
    Run run = Run.with(new ByteArrayInputStream(input), closed, "wal", "append", log());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("the rest of the input was not read").doesNotContain("\tat ");
  }

  static List<String> records(Path directory) throws IOException {
    List<String> records = new ArrayList<>();
    try (WriteAheadLog log = WriteAheadLog.open(directory, WalOptions.defaults());
        WalReader reader = log.reader(log.firstIndex())) {
      while (reader.next()) {
        records.add(new String(reader.payloadBytes(), StandardCharsets.ISO_8859_1));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return records;
  }
}
