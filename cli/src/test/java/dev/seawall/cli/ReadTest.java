// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.wal.Durability;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall wal cat` and `seawall wal tail`: what is printed, beside a writer and on damage.
final class ReadTest {
  @TempDir private Path home;

  private Path log() {
    return home.resolve("log");
  }

  private void five() {
    assertThat(Run.with("a\nb\nc\nd\ne\n", "wal", "append", log()).status()).isZero();
  }

  @Test
  void catPrintsWhatWentIn() {
    five();
    assertThat(Run.of("wal", "cat", log())).isEqualTo(new Run(0, "a\nb\nc\nd\ne\n", ""));
    assertThat(Run.of("wal", "cat", log(), "--durable").out()).isEqualTo("a\nb\nc\nd\ne\n");
    assertThat(Run.of("wal", "cat", log(), "--from", 2, "--to", 3).out()).isEqualTo("b\nc\n");
    assertThat(Run.of("wal", "cat", log(), "--from", 6)).isEqualTo(new Run(0, "", ""));
    assertThat(Run.of("wal", "cat", log(), "--to", 99).lines()).hasSize(5);
  }

  @Test
  void framesGoThroughUnchanged() {
    byte[] input = {3, 0, 0, 0, 'a', '\n', 'b', 0, 0, 0, 0, 1, 0, 0, 0, (byte) 0xff};
    Run.with(input, "wal", "append", log(), "--framed");
    byte[] output =
        Run.of("wal", "cat", log(), "--framed").out().getBytes(StandardCharsets.ISO_8859_1);
    assertThat(output).isEqualTo(input);
  }

  @Test
  void jsonSaysAllAboutARecord() {
    Run.with(new byte[] {1, 0, 0, 0, (byte) 0xff}, "wal", "append", log(), "--framed");
    Run.with("\u00e4\n", "wal", "append", log());
    Run run = Run.of("wal", "cat", log(), "--json");
    assertThat(run.lines().get(0))
        .contains("\"index\":1", "\"endsBatch\":true", "\"base64\":\"/w==\"");
    assertThat(
            new String(
                run.lines().get(1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
        .contains("\"index\":2", "\"timestamp\":", "\"text\":\"\u00e4\"");
  }

  @Test
  void sinceFindsTheFirstRecordOfATime() throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(log(), WalOptions.defaults())) {
      for (int i = 0; i < 5; i++) {
        byte[] one = {(byte) ('a' + i)};
        log.append(one, 0, 1, 1000L * i, Durability.SYNCED);
      }
    }
    assertThat(Run.of("wal", "cat", log(), "--since", 2500).out()).isEqualTo("d\ne\n");
    assertThat(Run.of("wal", "cat", log(), "--since", "1970-01-01T00:00:04Z").out())
        .isEqualTo("e\n");
    assertThat(Run.of("wal", "cat", log(), "--since", 9999).out()).isEmpty();
    Run wrong = Run.of("wal", "cat", log(), "--since", "yesterday");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("2026-11-21T09:00:00Z");
    assertThat(Run.of("wal", "cat", log(), "--since", 1, "--from", 1).status()).isEqualTo(2);
  }

  @Test
  void whereNoLogIsIsStatus2AndNothingIsMade() throws Exception {
    Path empty = Files.createDirectories(home.resolve("empty"));
    for (String verb : new String[] {"cat", "tail"}) {
      assertThat(Run.of("wal", verb, home.resolve("none")).status()).isEqualTo(2);
      Run run = Run.of("wal", verb, empty);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains(empty.toString());
    }
    assertThat(empty).isEmptyDirectory();
    assertThat(home.resolve("none")).doesNotExist();
  }

  @Test
  void recordsThatAreNotThereAreAnError() {
    five();
    assertThat(Run.of("wal", "cat", log(), "--from", 7).err()).contains("the log ends at 5");
    assertThat(Run.of("wal", "cat", log(), "--from", 7).status()).isEqualTo(1);
    Run.of("wal", "truncate", log(), "--prefix", 3, "--yes");
  }

  /// No lock, not one byte; and what is not promised is shown unless one asks.
  @Test
  void besideAWriterNothingIsChangedAndDurableMeansPromised() throws Exception {
    WalOptions options = WalOptions.defaults().withIdleMarkDelay(Duration.ofHours(1));
    try (WriteAheadLog log = WriteAheadLog.open(log(), options)) {
      log.append(new byte[] {'a'});
      log.append(new byte[] {'b'});
      log.append(new byte[] {'c'}, Durability.BUFFERED);
      awaitWritten(log, 3);
      Map<String, String> before = snapshot();
      assertThat(Run.of("wal", "cat", log())).isEqualTo(new Run(0, "a\nb\nc\n", ""));
      assertThat(Run.of("wal", "cat", log(), "--durable").out()).doesNotContain("c");
      assertThat(snapshot()).isEqualTo(before);
    }
    assertThat(Run.of("wal", "cat", log(), "--durable").out()).isEqualTo("a\nb\nc\n");
  }

  @Test
  void damageIsStatus9AfterTheRecordsInFrontOfIt() throws Exception {
    five();
    Path file;
    try (var files = Files.list(log())) {
      file = files.filter(f -> f.toString().endsWith("-1.log")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    // The payload of record 3 stands alone in its frame: 'c' followed by padding.
    int at = -1;
    for (int i = 4096; i + 8 < bytes.length && at < 0; i++) {
      if (bytes[i] == 'c' && bytes[i + 1] == 0 && bytes[i + 2] == 0 && i % 8 == 0) {
        at = i;
      }
    }
    bytes[at] ^= 1;
    Files.write(file, bytes);
    Run run = Run.of("wal", "cat", log());
    assertThat(run.status()).isEqualTo(9);
    assertThat(run.out()).isEqualTo("a\nb\n");
    assertThat(run.err()).contains("position", "seawall wal verify");
  }

  @Test
  void tailPrintsTheLastOnes() {
    five();
    assertThat(Run.of("wal", "tail", log(), "-n", 2).out()).isEqualTo("d\ne\n");
    assertThat(Run.of("wal", "tail", log()).lines()).hasSize(5);
    assertThat(Run.of("wal", "tail", log(), "-n", 0).out()).isEmpty();
    assertThat(Run.of("wal", "tail", log(), "-n", "-1").status()).isEqualTo(2);
  }

  @Test
  void tailFollowsAWriterUntilInterrupted() throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(log(), WalOptions.defaults())) {
      log.append("first".getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      AtomicInteger status = new AtomicInteger(-1);
      Thread tail =
          new Thread(() -> status.set(run(out, "wal", "tail", log().toString(), "-f").status()));
      tail.start();
      awaitText(out, "first\n");
      for (int i = 0; i < 100; i++) {
        log.append(("record " + i).getBytes(StandardCharsets.UTF_8));
      }
      awaitText(out, "record 99\n");
      tail.interrupt();
      tail.join(20_000);
      assertThat(status.get()).isEqualTo(130);
      assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(101);
    }
  }

  private static Run run(OutputStream out, String... arguments) {
    Session session =
        new Session(
            new ByteArrayInputStream(new byte[0]),
            out,
            new PrintStream(OutputStream.nullOutputStream()));
    return new Run(Main.run(session, arguments), "", "");
  }

  private static void awaitText(ByteArrayOutputStream out, String text) throws Exception {
    for (int i = 0; i < 1000 && !out.toString(StandardCharsets.UTF_8).contains(text); i++) {
      Thread.sleep(20);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(text);
  }

  private static void awaitWritten(WriteAheadLog log, long index) throws InterruptedException {
    for (int i = 0; i < 1000 && log.stats().writtenIndex() < index; i++) {
      Thread.sleep(10);
    }
    assertThat(log.stats().writtenIndex()).isEqualTo(index);
    Thread.sleep(100);
  }

  private Map<String, String> snapshot() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var list = Files.list(log())) {
      for (Path file : list.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        files.put(
            file.getFileName().toString(), bytes.length + " " + java.util.Arrays.hashCode(bytes));
      }
    }
    return files;
  }
}
