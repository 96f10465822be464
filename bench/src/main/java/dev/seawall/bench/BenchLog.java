// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.io.StorageException;
import dev.seawall.wal.Durability;
import dev.seawall.wal.Retention;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A log in a directory of its own, which keeps the last 256 MiB: a benchmark that appends for
/// minutes must not fill the disk, and a log in its steady state recycles its segments.
final class BenchLog implements AutoCloseable {
  private static final long KEPT_BYTES = 256L << 20;

  private final Path directory;
  private final WalOptions options;
  private final byte[] payload;
  private final WriteAheadLog log;

  private BenchLog(Path directory, WalOptions options, byte[] payload) throws IOException {
    this.directory = directory;
    this.options = options;
    this.payload = payload;
    this.log = WriteAheadLog.open(directory, options);
  }

  /// @param payload the only record that will be appended
  static BenchLog open(Durability durability, byte[] payload) throws IOException {
    return open(WalOptions.defaults().withDurability(durability), payload);
  }

  /// @param chosen everything but what is kept
  /// @param payload the only record that will be appended
  static BenchLog open(WalOptions chosen, byte[] payload) throws IOException {
    Path parent = Path.of(System.getProperty("bench.directory", "target/jmh")).toAbsolutePath();
    Files.createDirectories(parent);
    Path directory = Files.createTempDirectory(parent, "log-");
    WalOptions options = chosen.withRetention(Retention.keep().withMaxBytes(KEPT_BYTES));
    return new BenchLog(directory, options, payload);
  }

  WriteAheadLog log() {
    return log;
  }

  /// Leaves the log to the end of the JVM: then it is closed, opened again, every record it keeps
  /// is checked, and it is removed. A benchmark checks its data (I-17), but what that allocates is
  /// none of the append path's business, and JMH counts a trial's tear-down into its last
  /// iteration. Wrong data ends the JVM with exit code 3, which JMH reports, and leaves the
  /// directory for a look.
  @Override
  public void close() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::checkAndRemove));
  }

  private void checkAndRemove() {
    try {
      long last = log.lastIndex();
      log.close();
      check(last);
      remove();
    } catch (IOException | RuntimeException e) {
      System.err.println("WRONG DATA in " + directory);
      e.printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }

  private void check(long last) throws WalException, StorageException {
    MemorySegment expected = MemorySegment.ofArray(payload);
    try (WriteAheadLog reopened = WriteAheadLog.open(directory, options)) {
      long index = reopened.firstIndex();
      if (index > last && last > 0) {
        throw new IllegalStateException("nothing is left of " + last + " records");
      }
      try (WalReader reader = reopened.reader(index)) {
        while (reader.next()) {
          if (reader.index() != index) {
            throw new IllegalStateException("read index " + reader.index() + ", expected " + index);
          }
          if (expected.mismatch(reader.payload()) >= 0) {
            throw new IllegalStateException("record " + index + " differs from what was appended");
          }
          index++;
        }
      }
      if (index != last + 1) {
        throw new IllegalStateException("read up to " + (index - 1) + ", appended " + last);
      }
    }
  }

  private void remove() throws IOException {
    List<Path> paths;
    try (Stream<Path> walked = Files.walk(directory)) {
      paths = walked.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
