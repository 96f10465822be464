// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimOptions;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The verdict table is total: whatever a directory holds, open has an answer with a type, gives no
/// wrong byte, and gives the same answer again. I-2, I-3, I-4, I-9.
class RecoveryTotalTest {
  private static final int RECORDS = 24;

  /// A dead log; `salt` tells its payloads from those of another.
  private static Map<Path, byte[]> files(long seed, boolean closed, int salt) throws Exception {
    CrashLab lab = new CrashLab(Seed.of(seed), SimOptions.defaults(), CrashLab.tiny());
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= RECORDS; i++) {
      log.append(bytes(i, salt));
      if (i % 6 == 0) {
        log.roll();
      }
      if (i == 15 && seed % 2 == 0) {
        log.pin("archive", 8);
        log.truncatePrefix(7);
      }
      if (i == 20 && seed % 3 == 0) {
        log.truncateSuffix(17);
        for (long again = 18; again <= 20; again++) {
          log.append(bytes(again, salt));
        }
      }
    }
    if (closed) {
      log.close();
    } else {
      lab.machine.killProcess();
    }
    return lab.snapshot();
  }

  private static byte[] bytes(long index, int salt) {
    return CrashLab.payload(index * 10 + salt, Hurt.length(index));
  }

  /// Files deleted, cut, made longer, copied under other names and numbers, swapped, rolled back,
  /// filled with noise, taken from another log – up to four such things at once.
  @Test
  void everyDirectoryGetsAnAnswerWithAType() throws Exception {
    List<Map<Path, byte[]>> logs =
        List.of(files(2, true, 1), files(3, true, 1), files(5, false, 1), files(6, false, 1));
    Map<Path, byte[]> other = files(7, true, 2);
    Map<String, Integer> answers = new TreeMap<>();
    Seeds.forEach(
        600,
        1,
        seed -> {
          RandomGenerator random = seed.random("directory");
          Map<Path, byte[]> files = new TreeMap<>(logs.get(random.nextInt(logs.size())));
          for (int i = 1 + random.nextInt(4); i > 0; i--) {
            seed.note(mutate(files, other, random));
          }
          String first = answer(seed, files);
          String second = answer(Seed.of(seed.value() + 1_000_000), files);
          check(first.equals(second), "one directory, two answers: " + first + " and " + second);
          answers.merge(first.replaceFirst(" .*", ""), 1, Integer::sum);
        });
    assertThat(answers).containsKeys("CLEAN", "TORN", "CorruptException");
    System.out.println("directories that were hurt: " + answers);
  }

  private static String mutate(
      Map<Path, byte[]> files, Map<Path, byte[]> other, RandomGenerator random) {
    List<Path> paths = files.keySet().stream().filter(p -> p.toString().endsWith(".log")).toList();
    if (paths.isEmpty()) {
      return "nothing is left";
    }
    Path path = paths.get(random.nextInt(paths.size()));
    byte[] bytes = files.get(path);
    int at = random.nextInt(Math.max(1, Math.min(bytes.length, 6_000)));
    int kind = random.nextInt(11);
    switch (kind) {
      case 0 -> files.remove(path);
      case 1 -> files.put(path, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
      case 2 -> files.put(path, Arrays.copyOf(bytes, bytes.length + random.nextInt(9_000)));
      case 3 -> files.put(renamed(path, 1 + random.nextInt(12), false), bytes);
      case 4 -> files.put(renamed(path, 1 + random.nextInt(12), true), files.remove(path));
      case 5 -> {
        Path second = paths.get(random.nextInt(paths.size()));
        files.put(path, files.get(second));
        files.put(second, bytes);
      }
      case 6 -> {
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, at, Math.min(bytes.length, at + random.nextInt(5_000)), (byte) 0);
        files.put(path, zeroed);
      }
      case 7 -> {
        byte[] noise = bytes.clone();
        for (int i = at; i < Math.min(noise.length, at + 600); i++) {
          noise[i] = (byte) random.nextInt();
        }
        files.put(path, noise);
      }
      case 8 -> {
        List<Path> theirs =
            other.keySet().stream().filter(p -> p.toString().endsWith(".log")).toList();
        Path chosen = theirs.get(random.nextInt(theirs.size()));
        files.put(random.nextBoolean() ? path : chosen, other.get(chosen));
      }
      case 9 -> files.put(path, new byte[random.nextBoolean() ? 0 : bytes.length]);
      default -> {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
          flipped[at % flipped.length] ^= (byte) (1 << random.nextInt(8));
        }
        files.put(path, flipped);
      }
    }
    return "kind " + kind + " at " + path.getFileName() + ", " + at;
  }

  private static Path renamed(Path path, long number, boolean prepared) {
    return path.resolveSibling("seawall-5-" + number + (prepared ? "-pre" : "") + ".log");
  }

  /// Opens, reads, appends, dies, opens again.
  private static String answer(Seed seed, Map<Path, byte[]> files) throws Exception {
    CrashLab lab = new CrashLab(seed, SimOptions.defaults(), CrashLab.tiny());
    lab.machine.files().createDirectories(CrashLab.DIRECTORY);
    lab.restore(files);
    String answer;
    long last;
    try {
      WriteAheadLog log = lab.open();
      last = log.lastIndex();
      String read = read(log);
      answer =
          log.recovery().verdict()
              + " "
              + log.firstIndex()
              + " to "
              + last
              + " "
              + log.recovery().damagedRanges().size()
              + read;
      check(log.append(bytes(last + 1, 1)) == last + 1, "the next index is another");
      check(read(log).equals(read), "an append changed what is read: " + read(log));
      lab.machine.losePower();
    } catch (WalException | StorageException e) {
      check(String.valueOf(e.getMessage()).length() > 20, "no message: " + e);
      lab.machine.killProcess();
      for (Map.Entry<Path, byte[]> file : files.entrySet()) {
        check(
            Arrays.equals(lab.bytes(file.getKey()), file.getValue()),
            "refused, and changed " + file.getKey());
      }
      return e.getClass().getSimpleName();
    }
    try (WriteAheadLog log = lab.open()) {
      check(log.lastIndex() == last + 1, last + 1 + " records, reopened with " + log.lastIndex());
      check(log.recovery().verdict() == RecoveryReport.Verdict.CLEAN, "not clean the second time");
    }
    return answer;
  }

  /// Reads every record that can be read, and checks it; says where it could not.
  private static String read(WriteAheadLog log) throws Exception {
    StringBuilder text = new StringBuilder();
    for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
      try (WalReader reader = log.reader(index)) {
        check(reader.next() && reader.index() == index, "no record " + index);
        check(Arrays.equals(reader.payloadBytes(), bytes(index, 1)), index + ": other bytes");
      } catch (CorruptException | IndexTruncatedException e) {
        text.append(index <= RECORDS ? ", not " + index : "");
      }
    }
    return text.toString();
  }

  /// The power is lost, or the process dies, at each operation of a suffix truncation over two
  /// segments: all of it or nothing, and what was returned from holds.
  @Test
  void aTruncationIsDoneOrNotWhereverItDies() {
    Seeds.forEach(
        3,
        1,
        seed -> {
          long needed = 0;
          int[] outcomes = new int[2];
          for (long at = 0; at <= needed; at++) {
            CrashLab lab = new CrashLab(Seed.of(seed.value() * 1_000 + at));
            WriteAheadLog log = lab.open();
            for (long i = 1; i <= 12; i++) {
              append(log, i, 300);
              if (i == 4 || i == 8) {
                log.roll();
              }
            }
            long before = lab.machine.disk().operations();
            if (at > 0) {
              Death death = (at + seed.value()) % 2 == 0 ? Death.POWER : Death.KILL;
              lab.machine.disk().add(new Fault.Crash(before + at, death));
            }
            boolean returned = false;
            try {
              log.truncateSuffix(3);
              returned = true;
              needed = at == 0 ? lab.machine.disk().operations() - before : needed;
              lab.machine.losePower();
            } catch (SimCrash _) {
              // As planned.
            }
            long last = lastAfterCrashes(lab);
            check(last == 3 || (!returned && last == 12), "3 or all 12, and not " + last);
            outcomes[last == 3 ? 0 : 1]++;
            lab.reopenAndVerify(last, last);
          }
          check(outcomes[0] > 0 && outcomes[1] > 0, "one-sided: " + Arrays.toString(outcomes));
        });
  }

  /// A truncation so near the end of a segment that no epoch fits behind the cut: what is written
  /// there, a seal, has the epoch of the frames in front of it, not that of those it cuts off.
  @Test
  void aSealBehindACutIsPartOfTheChain() throws Exception {
    for (int room = 0; room < 3_000; room += 250) {
      CrashLab lab = new CrashLab(Seed.of(room));
      try (WriteAheadLog log = lab.open()) {
        append(log, 1, 28_000);
        append(log, 2, 28_000 + room);
      }
      WriteAheadLog log = lab.open();
      append(log, 3, 100);
      log.truncateSuffix(1);
      append(log, 2, 28_000 + room);
      log.truncateSuffix(2);
      append(log, 3, 100);
      log.close();
      log = lab.open();
      append(log, 4, 100);
      log.truncateSuffix(2);
      append(log, 3, 100);
      lab.machine.losePower();
      check(
          Verification.run(
                  CrashLab.DIRECTORY, lab.options, lab.machine.machine(), ProgressListener.NONE)
              .intact(),
          "verify finds damage in a sound log, " + room);
      lab.reopenAndVerify(3, 3);
    }
  }

  private static long lastAfterCrashes(CrashLab lab) throws Exception {
    for (int i = 0; i < 2; i++) {
      try (WriteAheadLog log = lab.open()) {
        return CrashLab.verify(log, 1);
      } catch (SimCrash _) {
        // Needed fewer operations than planned for.
      }
    }
    throw new AssertionError("two crashes of one plan");
  }
}
