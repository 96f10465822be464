// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The child process of [RealDiskFullTest]: appends to a log on a small file system until that is
/// full, makes room, goes on, and says line by line what happened.
final class FullDiskChild {
  private FullDiskChild() {}

  public static void main(String[] arguments) throws Exception {
    Path disk = Path.of(arguments[0]);
    RealWay way = RealWay.valueOf(arguments[2]);
    WalOptions options =
        way.of(WalOptions.defaults().withSegmentBytes(2 << 20).withFirstSegmentBytes(1 << 20));
    if (arguments[1].equals("ballast")) {
      Files.write(disk.resolve("ballast"), new byte[8 << 20]);
    }
    Path directory = disk.resolve("log");
    long last;
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, way.backend())) {
      log.pin("slow", 1);
      last = untilRefused(log);
      System.out.println("full at " + last);
      System.out.println("by " + log.stats().backend());
      System.out.println("reads " + CrashLab.verify(log, 1));
      last = untilRefused(log);
    }
    System.out.println("names " + names(directory));
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, way.backend())) {
      System.out.println("reopened on the full disk at " + log.lastIndex());
      System.out.println("verdict " + log.recovery().verdict());
      check(log.lastIndex() == last, "lost");
      if (arguments[1].equals("ballast")) {
        Files.delete(disk.resolve("ballast"));
        for (int i = 0; i < 300; i++) {
          last = CrashLab.append(log, last + 1, 10_000);
        }
        System.out.println("went on to " + last);
      }
    }
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, way.backend())) {
      check(CrashLab.verify(log, 1) == last, "lost");
      System.out.println("whole at " + last);
    }
  }

  private static long untilRefused(WriteAheadLog log) throws Exception {
    while (true) {
      long before = log.lastIndex();
      try {
        CrashLab.append(log, before + 1, 10_000);
      } catch (LogFullException e) {
        System.out.println("refused: " + e.outcome() + ": " + e.getMessage());
        check(log.lastIndex() == before && log.durableIndex() == before, "refused, and taken");
        return before;
      }
    }
  }

  private static List<String> names(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  private static void check(boolean held, String otherwise) throws StorageException {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }
}
