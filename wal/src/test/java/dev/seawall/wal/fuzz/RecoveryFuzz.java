// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.wal.Durability;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A real log of several segments, hurt in chosen ways: cut, flipped, zeroed, spliced, swapped,
/// taken back to an earlier state. Opening ends well or with a typed error, and no record is ever
/// returned that was not appended under that index.
final class RecoveryFuzz {
  /// The log's files at some moments of its life, the last one closed.
  private static final List<Map<String, byte[]>> MOMENTS = new ArrayList<>();

  /// What was ever appended: index and payload.
  private static final Set<String> APPENDED = new HashSet<>();

  static {
    try {
      record();
    } catch (WalException | StorageException | InterruptedException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private RecoveryFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws InterruptedException {
    FuzzBytes choices = new FuzzBytes(input);
    Map<String, byte[]> files = new TreeMap<>();
    MOMENTS
        .get(choices.one() % MOMENTS.size())
        .forEach((name, bytes) -> files.put(name, bytes.clone()));
    int hurts = 0;
    while (choices.more() && hurts++ < 24 && !files.isEmpty()) {
      hurt(files, choices);
    }
    FuzzLog.Content appended =
        (index, payload) -> {
          if (!APPENDED.contains(key(index, payload))) {
            throw new AssertionError(
                "record " + index + " was never appended: " + payload.length + " bytes");
          }
        };
    SimMachine machine = FuzzLog.open(files, appended);
    if (machine != null) {
      FuzzLog.openAgain(machine, appended);
    }
  }

  private static void hurt(Map<String, byte[]> files, FuzzBytes choices) {
    int kind = choices.one();
    List<String> names = new ArrayList<>(files.keySet());
    String name = names.get(choices.one() % names.size());
    byte[] file = files.get(name);
    String otherName = names.get(choices.one() % names.size());
    byte[] other = files.get(otherName);
    int at = file.length == 0 ? 0 : choices.below(file.length);
    switch (kind % 9) {
      case 0 -> {
        if (file.length > 0) {
          file[at] ^= (byte) (1 << (kind >>> 4 & 7));
        }
      }
      case 1 -> Arrays.fill(file, at, Math.min(file.length, at + sectors(choices)), (byte) 0);
      case 2 -> files.put(name, Arrays.copyOf(file, at));
      case 3 -> files.put(name, Arrays.copyOf(file, file.length + sectors(choices)));
      case 4 -> {
        int length = Math.min(sectors(choices), Math.min(file.length - at, other.length));
        int from = length == other.length ? 0 : choices.below(other.length - length);
        System.arraycopy(other, from & -8, file, at & -8, length);
      }
      case 5 -> {
        files.put(name, other);
        files.put(otherName, file);
      }
      case 6 -> {
        byte[] earlier = MOMENTS.get(choices.one() % MOMENTS.size()).get(name);
        if (earlier != null) {
          int from = at & -512;
          int length = Math.min(sectors(choices), Math.min(earlier.length, file.length) - from);
          if (length > 0) {
            System.arraycopy(earlier, from, file, from, length);
          }
        }
      }
      case 7 -> files.remove(name);
      default -> {
        files.put("seawall-" + (1 + choices.one()) + "-" + (1 + choices.one() % 12) + ".log", file);
      }
    }
  }

  private static int sectors(FuzzBytes choices) {
    int bytes = 512 * (1 + choices.one() % 128);
    return bytes;
  }

  /// A log that rolls, recovers, cuts at both ends and is closed.
  private static void record() throws WalException, StorageException, InterruptedException {
    SimMachine machine = new SimMachine(Seed.of(7));
    WriteAheadLog log = open(machine);
    append(log, 12, 1);
    moment(machine);
    append(log, 3, 1);
    machine.killProcess();
    moment(machine);
    log = open(machine);
    append(log, 10, 2);
    moment(machine);
    log.truncateSuffix(20);
    moment(machine);
    append(log, 9, 3);
    log.pin("archive", 9);
    log.truncatePrefix(8);
    moment(machine);
    append(log, 4, 4);
    log.close();
    moment(machine);
  }

  private static WriteAheadLog open(SimMachine machine) throws WalException, StorageException {
    return WriteAheadLog.open(FuzzLog.DIRECTORY, FuzzLog.OPTIONS, machine.machine());
  }

  private static void append(WriteAheadLog log, int records, int generation)
      throws WalException, InterruptedException {
    for (int i = 0; i < records; i++) {
      long index = log.lastIndex() + 1;
      byte[] payload = new byte[index % 3 == 0 ? 40 : 6000 + (int) index];
      Arrays.fill(payload, (byte) (index * 16 + generation));
      log.append(payload, Durability.SYNCED);
      APPENDED.add(key(index, payload));
    }
  }

  private static String key(long index, byte[] payload) {
    return index + ":" + payload.length + ":" + Arrays.hashCode(payload);
  }

  private static void moment(SimMachine machine) {
    Map<String, byte[]> files = new TreeMap<>();
    for (Path path : machine.disk().files().keySet()) {
      String name = path.getFileName().toString();
      if (path.startsWith(FuzzLog.DIRECTORY) && name.startsWith("seawall-")) {
        ByteBuffer content = machine.disk().contents(path);
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        files.put(name, bytes);
      }
    }
    MOMENTS.add(files);
  }
}
