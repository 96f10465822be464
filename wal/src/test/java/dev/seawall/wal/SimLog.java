// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A log on a simulated machine, with what tests of readers and tools keep asking for.
public final class SimLog {
  public static final Path DIRECTORY = Path.of("/data/log");

  public final SimMachine machine;
  public final WalOptions options;

  public SimLog(long seed) {
    this(seed, WalSubject.smallOptions());
  }

  public SimLog(long seed, WalOptions options) {
    this.machine = new SimMachine(Seed.of(seed));
    this.options = options;
  }

  /// Opens it for writing.
  public WriteAheadLog write() throws WalException, StorageException {
    return WriteAheadLog.open(DIRECTORY, options, machine.machine());
  }

  /// Opens it read-only.
  public ReadOnlyLog read() throws WalException, StorageException {
    return ReadOnlyLog.open(DIRECTORY, options, machine.machine());
  }

  /// Appends records `from` to `to`, their payloads as [#payload] says.
  public static void append(WriteAheadLog log, long from, long to)
      throws WalException, InterruptedException {
    for (long i = from; i <= to; i++) {
      long index = log.append(payload(i), 0, payload(i).length, 1000 + i, Durability.SYNCED);
      if (index != i) {
        throw new AssertionError("appended " + i + " as " + index);
      }
    }
  }

  /// Makes a closed log with this many records.
  public SimLog filled(long records) throws WalException, StorageException, InterruptedException {
    try (WriteAheadLog log = write()) {
      append(log, 1, records);
    }
    return this;
  }

  /// Returns a record's payload: 1000 to 1600 bytes that begin with its index.
  public static byte[] payload(long index) {
    byte[] bytes = new byte[(int) (1000 + index * 37 % 600)];
    byte[] text = ("record " + index + " ").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = text[i % text.length];
    }
    return bytes;
  }

  /// Reads all, checks every payload, returns the indexes.
  public static List<Long> indexes(WalReader reader) throws WalException, StorageException {
    List<Long> indexes = new ArrayList<>();
    while (reader.next()) {
      if (!java.util.Arrays.equals(reader.payloadBytes(), payload(reader.index()))) {
        throw new AssertionError("record " + reader.index() + " has other bytes");
      }
      indexes.add(reader.index());
    }
    return indexes;
  }

  /// Returns every file's bytes.
  public Map<Path, ByteBuffer> disk() {
    Map<Path, ByteBuffer> all = new TreeMap<>();
    for (Path path : machine.disk().files().keySet()) {
      all.put(path, machine.disk().contents(path));
    }
    return all;
  }

  /// Returns the segment files that hold frames, oldest first.
  public List<Path> segments() throws WalException, StorageException {
    List<Path> paths = new ArrayList<>();
    try (LogPlan plan =
        LogPlan.of(new SegmentFiles(machine.files(), DIRECTORY, options.prefix()))) {
      plan.segments().forEach(segment -> paths.add(segment.path()));
      var tail = plan.tail();
      if (tail != null) {
        paths.add(tail.entry().path());
      }
    }
    return paths;
  }
}
