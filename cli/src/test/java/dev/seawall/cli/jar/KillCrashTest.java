// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.cli.demo.Acknowledged;
import dev.seawall.cli.demo.Killer;
import dev.seawall.cli.demo.Material;
import dev.seawall.cli.demo.Proof;
import dev.seawall.io.Backend;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// I-1, I-2, I-4 with real processes of the packaged jar and SIGKILL. `-Dkills=100` kills more
/// often, `-Dseed=…` draws the same moments again, as far as a real machine can.
final class KillCrashTest {
  private static final int THREADS = 8;
  private static final int KILLS = Integer.getInteger("kills", 20);

  @TempDir private Path home;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  /// The writer is the demo's: it reports every record of its threads as that becomes durable.
  @Test
  void threadsFindEverythingTheyWerePromisedInTheirOrder() throws Exception {
    Path source = home.resolve("source");
    for (int file = 0; file < 40; file++) {
      byte[] content = new byte[random.nextInt(5000)];
      random.nextBytes(content);
      Files.createDirectories(source.resolve("folder " + file % 4));
      Files.write(source.resolve("folder " + file % 4).resolve("file" + file), content);
    }
    Material material = Material.load(source);
    Acknowledged acknowledged = new Acknowledged(THREADS);
    Path log = home.resolve("log");
    try (Killer killer =
        new Killer(
            Jar.path().toString(), log, source, home.resolve("errors"), random, acknowledged)) {
      while (killer.kills() < KILLS) {
        killer.killOne(500);
        assertThat(acknowledged.conflict()).as("seed %s", seed).isNull();
      }
      killer.finish(() -> true);
      assertThat(killer.recoveries()).isPositive();
    }
    Proof proof = new Proof(material, acknowledged, THREADS);
    proof.read(log, _ -> {});
    proof.reassemble(source, home.resolve("copy"));
    assertThat(proof.complaints()).as("seed %s", seed).isEmpty();
    assertThat(proof.filesEqual()).isEqualTo(40);
    assertThat(proof.acknowledgedFound()).isEqualTo(acknowledged.count()).isPositive();
    try (WriteAheadLog again = WriteAheadLog.open(log, WalOptions.defaults())) {
      assertThat(again.append(new byte[] {1})).isEqualTo(proof.records() + 1);
    }
  }

  /// One thread keeps the order of its input: what is there is a prefix of what went in, and no
  /// shorter than what was printed. On every way to the disk that works here.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--backend=auto",
        "--backend=uring",
        "--backend=threads",
        "--backend=channel",
        "-oappend-mode=mapped"
      })
  void appendKeepsAPrefixOfItsInputAndEveryIndexItPrinted(String way) throws Exception {
    keepsAPrefix(
        way,
        4,
        1_000_000,
        (round, line) -> line(round, line).getBytes(StandardCharsets.UTF_8),
        bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /// The same with records that fill groups of several megabytes, which go to the disk side by
  /// side.
  @ParameterizedTest
  @ValueSource(strings = {"--backend=auto", "--backend=uring", "--backend=threads"})
  void longRecordsSideBySideKeepAPrefixToo(String way) throws Exception {
    keepsAPrefix(way, 3, 150, KillCrashTest::longLine, KillCrashTest::summary);
  }

  /// What goes in: the bytes of a line of a round.
  @FunctionalInterface
  private interface Input {
    byte[] line(int round, int line);
  }

  /// @param form in which records are kept for the comparison
  private void keepsAPrefix(
      String way, int rounds, int lines, Input input, Function<byte[], String> form)
      throws Exception {
    assumeThatItWorks(way);
    Path directory = home.resolve("log");
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      int now = round;
      long printed = appendUntilKilled(directory, way, lines, line -> input.line(now, line));
      List<String> found = records(directory, form);
      assertThat(found.size()).as("seed %s", seed).isGreaterThanOrEqualTo((int) printed);
      for (int i = expected.size(), line = 0; i < found.size(); i++, line++) {
        expected.add(form.apply(input.line(round, line)));
      }
      assertThat(found).as("seed %s", seed).isEqualTo(expected);
    }
    assertThat(expected).isNotEmpty();
  }

  private static byte[] longLine(int round, int line) {
    byte[] bytes = new byte[600_000 + line * 131_071 % 900_000];
    Arrays.fill(bytes, (byte) ('a' + line % 26));
    byte[] name = line(round, line).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, 0, name.length);
    return bytes;
  }

  private static String summary(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return new String(bytes, 0, 30, StandardCharsets.US_ASCII)
        + ' '
        + bytes.length
        + ' '
        + crc.getValue();
  }

  private static void assumeThatItWorks(String way) {
    if (way.startsWith("--backend=")) {
      String name = way.substring(way.indexOf('=') + 1).toUpperCase(Locale.ROOT);
      try {
        SystemMachine.open(Backend.valueOf(name)).scheduler().close();
      } catch (StorageException e) {
        Assumptions.abort(e.getMessage());
      }
    }
  }

  /// Returns the last index that was printed whole.
  private long appendUntilKilled(Path directory, String way, int lines, IntFunction<byte[]> content)
      throws Exception {
    Process process = Jar.start(home.resolve("errors"), "wal", "append", way, directory);
    Thread feeder =
        new Thread(() -> {
          try (OutputStream in = process.getOutputStream()) {
            for (int line = 0; line < lines; line++) {
              in.write(content.apply(line));
              in.write('\n');
            }
          } catch (IOException _) {
            // Killed: the pipe broke.
          }
        });
    feeder.setDaemon(true);
    feeder.start();
    StringBuilder out = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      int first = reader.read();
      assertThat(first).as(() -> errors()).isNotNegative();
      out.append((char) first);
      Thread killer = new Thread(() -> killLater(process, random.nextLong(1, 400)));
      killer.start();
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        out.append((char) c);
      }
      killer.join();
    } catch (IOException _) {
      // The pipe of a killed process may break instead of ending.
    }
    process.waitFor();
    feeder.join();
    List<String> printed = out.substring(0, out.lastIndexOf("\n") + 1).lines().toList();
    return printed.isEmpty() ? 0 : Long.parseLong(printed.getLast());
  }

  private static void killLater(Process process, long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }

  private String errors() {
    try {
      return Files.readString(home.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String line(int round, int line) {
    return "round " + round + ", line " + line + " " + "x".repeat(line % 300);
  }

  private static List<String> records(Path directory, Function<byte[], String> form)
      throws IOException {
    List<String> records = new ArrayList<>();
    try (WriteAheadLog log = WriteAheadLog.open(directory, WalOptions.defaults());
        WalReader reader = log.reader(1)) {
      while (reader.next()) {
        records.add(form.apply(reader.payloadBytes()));
      }
    }
    return records;
  }
}
