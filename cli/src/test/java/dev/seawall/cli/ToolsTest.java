// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.cli.config.Environment;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall wal inspect`, `verify`, `salvage`, `truncate`, on a log of several segments.
final class ToolsTest {
  private static final int RECORDS = 3000;

  @TempDir private Path home;
  private Path log;

  @BeforeEach
  void aLogOfSeveralSegments() {
    log = home.resolve("log");
    String lines =
        IntStream.rangeClosed(1, RECORDS)
            .mapToObj(i -> "record number " + i)
            .collect(Collectors.joining("\n"));
    Run run =
        Run.with(
            lines,
            "wal",
            "append",
            log,
            "-o",
            "segment-bytes=64KiB",
            "-o",
            "first-segment-bytes=64KiB");
    assertThat(run.status()).isZero();
  }

  @Test
  void verifyOfAWholeLogIsStatus0() {
    Run run = Run.of("wal", "verify", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("whole. 3,000 records (1 to 3000, durable to 3000)");
    assertThat(Run.of("wal", "verify", log, "--json").out())
        .contains("\"intact\":true", "\"records\":3000", "\"findings\":[]");
  }

  /// I-13.
  @Test
  void verifyOfNothingFails() throws Exception {
    assertThat(Run.of("wal", "verify", home.resolve("none")).status()).isEqualTo(2);
    Path empty = Files.createDirectories(home.resolve("empty"));
    assertThat(Run.of("wal", "verify", empty).status()).isEqualTo(2);
    assertThat(empty).isEmptyDirectory();
    WriteAheadLog.open(empty, WalOptions.defaults()).close();
    Run neverWritten = Run.of("wal", "verify", empty);
    assertThat(neverWritten.status()).isEqualTo(2);
    assertThat(neverWritten.err()).contains("holds no record and never did");
  }

  @Test
  void damageIsStatus9WithItsPlaceAndSalvageKeepsTheRest() throws Exception {
    Path damaged = segment(2);
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[20_000] ^= 4;
    Files.write(damaged, bytes);

    Run verify = Run.of("wal", "verify", log);
    assertThat(verify.status()).isEqualTo(9);
    assertThat(verify.out())
        .contains("damage: " + damaged.getFileName() + ", position ", "DAMAGED", "wal salvage");
    assertThat(Run.of("wal", "verify", log, "--json").out())
        .contains("\"intact\":false", "\"severity\":\"damage\"");

    Path saved = home.resolve("saved");
    Run salvage = Run.of("wal", "salvage", log, saved);
    assertThat(salvage.status()).isEqualTo(7);
    assertThat(salvage.out()).contains("kept records 1 to ", "LOST records ");
    assertThat(Path.of(salvage.lines().getLast())).isRegularFile();
    assertThat(Files.readAllBytes(damaged)).isEqualTo(bytes);
    assertThat(Run.of("wal", "verify", saved).status()).isZero();
    Run kept = Run.of("wal", "cat", saved);
    assertThat(kept.lines())
        .hasSizeGreaterThan(RECORDS / 2)
        .startsWith("record number 1")
        .endsWith("record number " + RECORDS);
    assertThat(Run.of("wal", "salvage", log, saved).status()).isEqualTo(1);
  }

  @Test
  void aTornEndIsNoDamageAndIsToldAndCut() throws Exception {
    byte[] torn = Files.readAllBytes(newest());
    // As if the process had died while it wrote the last group: half of it, and no closing mark.
    int last =
        new String(torn, StandardCharsets.ISO_8859_1).lastIndexOf("record number " + RECORDS);
    java.util.Arrays.fill(torn, last + 4, torn.length, (byte) 0);
    Files.write(newest(), torn);
    Run run = Run.of("wal", "verify", log);
    assertThat(run.status()).as(run.out()).isZero();
    assertThat(run.out()).contains("torn end of ");
    Run append = Run.with("next\n", "wal", "append", log);
    assertThat(append.lines()).containsExactly("3000");
    assertThat(append.err()).contains("recovery cut ", " bytes behind record 2999");
    assertThat(Run.of("wal", "verify", log).out()).contains(": whole. 3,000 records");
  }

  @Test
  void inspectShowsSegmentsAndFrames() {
    Run run = Run.of("wal", "inspect", log);
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("durableIndex  3000", "promise       segment ", "sealed", "active")
        .contains("backend       ");
    Run frames = Run.of("wal", "inspect", log, "--segment", 1, "--frames");
    assertThat(frames.out()).contains("sealLastIndex", "record", "seal", "promises segment 1");
    Run json = Run.of("wal", "inspect", log, "--json");
    assertThat(json.lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    Run none = Run.of("wal", "inspect", log, "--segment", 99);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("no segment 99; there are [1, 2");
    assertThat(Run.of("wal", "inspect", home).status()).isEqualTo(2);
  }

  @Test
  void truncateDropsWhatIsAskedFor() {
    Run prefix = Run.of("wal", "truncate", log, "--prefix", 2001, "--yes");
    assertThat(prefix.status()).isZero();
    assertThat(prefix.out()).isEqualTo("records 1 to 3000 before, 2001 to 3000 now\n");
    Run suffix = Run.of("wal", "truncate", log, "--suffix", 2002, "--yes", "--json");
    assertThat(suffix.out()).contains("\"firstIndex\":2001", "\"lastIndex\":2002");
    assertThat(Run.of("wal", "cat", log).out())
        .isEqualTo("record number 2001\nrecord number 2002\n");
    assertThat(Run.with("again\n", "wal", "append", log).lines()).containsExactly("2003");
    Run gone = Run.of("wal", "cat", log, "--from", 1);
    assertThat(gone.status()).isEqualTo(1);
    assertThat(gone.err()).contains("first record kept is 2001");
  }

  @Test
  void truncateWithoutATerminalWantsAYes() {
    Run run = Run.of("wal", "truncate", log, "--suffix", 5);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("above 5 of 1 to 3000", "add --yes");
    assertThat(Run.of("wal", "truncate", log, "--yes").status()).isEqualTo(2);
    assertThat(Run.of("wal", "truncate", log, "--yes", "--prefix", 1, "--suffix", 2).status())
        .isEqualTo(2);
    assertThat(Run.of("wal", "truncate", log, "--yes", "--prefix", 9999).status()).isEqualTo(2);
    Path none = home.resolve("none");
    assertThat(Run.of("wal", "truncate", none, "--prefix", 1, "--yes").status()).isEqualTo(2);
    assertThat(none).doesNotExist();
    assertThat(Run.of("wal", "cat", log).lines()).hasSize(RECORDS);
  }

  @Test
  void truncateAsksOnATerminal() {
    assertThat(answered("n\n").status()).isEqualTo(1);
    assertThat(Run.of("wal", "cat", log).lines()).hasSize(RECORDS);
    Run yes = answered("y\n");
    assertThat(yes.status()).isZero();
    assertThat(yes.err()).contains("Drop the records above 5 of 1 to 3000? [y/N]");
    assertThat(Run.of("wal", "cat", log).lines()).hasSize(5);
  }

  private Run answered(String answer) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
            new ByteArrayOutputStream(),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            true,
            true,
            Environment.of(Map.of()));
    int status = Main.run(session, "wal", "truncate", log.toString(), "--suffix", "5");
    return new Run(status, "", err.toString(StandardCharsets.UTF_8));
  }

  private Path segment(int number) throws IOException {
    try (var files = Files.list(log)) {
      return files
          .filter(f -> f.toString().endsWith("-" + number + ".log"))
          .findFirst()
          .orElseThrow();
    }
  }

  private Path newest() throws IOException {
    int number = 1;
    while (true) {
      try {
        byte[] next = Files.readAllBytes(segment(number + 1));
        if (IntStream.range(4096, next.length).allMatch(i -> next[i] == 0)) {
          return segment(number);
        }
      } catch (java.util.NoSuchElementException _) {
        return segment(number);
      }
      number++;
    }
  }
}
