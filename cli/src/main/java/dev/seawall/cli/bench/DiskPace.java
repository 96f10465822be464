// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.bench;

import dev.seawall.cli.bench.Measurement.Subject;
import dev.seawall.cli.ops.PlainFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;

/// The disk without a log: durable writes, one at a time and several in flight.
public final class DiskPace {
  /// How much of the disk is written over and over.
  static final long PREPARED_BYTES = 64L << 20;

  private static final int PLAIN_BYTES = 1024;
  private static final long ZERO_BYTES = 1 << 20;

  private final Path directory;
  private final long nanos;

  /// @param directory where files are made; they are left to the caller
  /// @param time how long each measurement takes
  public DiskPace(Path directory, Duration time) {
    this.directory = directory;
    this.nanos = time.toNanos();
  }

  /// Measures a plain file of 1 KiB records, which must not be there yet.
  public Measurement growingFile(Path path) throws IOException {
    byte[] record = new byte[PLAIN_BYTES];
    java.util.Arrays.fill(record, (byte) 'x');
    Times times = new Times();
    try (PlainFile file = PlainFile.create(path)) {
      long start = System.nanoTime();
      long last = start;
      while (last - start < nanos) {
        file.append(record);
        long now = System.nanoTime();
        times.add(now - last);
        last = now;
      }
      return Measurement.of(
          Subject.GROWING_FILE, "plain", 1, PLAIN_BYTES, times.all(), last - start);
    }
  }

  /// Writes the file that [#prepared] writes over.
  public void prepare(Machine machine) throws StorageException {
    FileSystem files = machine.files();
    try (Arena arena = Arena.ofConfined();
        IoQueue queue = files.newQueue();
        StorageFile file = files.open(path(), FileSystem.OpenMode.CREATE, queue)) {
      MemorySegment zeros = arena.allocate(ZERO_BYTES, StorageFile.BLOCK_BYTES);
      for (long position = 0; position < PREPARED_BYTES; position += ZERO_BYTES) {
        file.write(position, zeros);
      }
      file.sync();
    }
    files.syncDirectory(directory);
  }

  /// Measures durable writes over the prepared file.
  ///
  /// @param bytes of one write, a multiple of the block
  /// @param inFlight how many are kept in flight, where the backend can
  /// @throws StorageException when this backend does not work here
  public Measurement prepared(Machine machine, int bytes, int inFlight) throws StorageException {
    FileSystem files = machine.files();
    try (Arena arena = Arena.ofShared();
        IoQueue queue = files.newQueue();
        StorageFile file = files.open(path(), FileSystem.OpenMode.WRITE, queue)) {
      MemorySegment source = arena.allocate(bytes, StorageFile.BLOCK_BYTES).fill((byte) 'x');
      Times times = new Times();
      long start = System.nanoTime();
      long end =
          inFlight == 1
              ? alone(file, source, start, times)
              : together(file, queue, source, inFlight, start, times);
      return Measurement.of(
          Subject.PREPARED_BLOCKS, files.backend(), inFlight, bytes, times.all(), end - start);
    }
  }

  private long alone(StorageFile file, MemorySegment source, long start, Times times)
      throws StorageException {
    long position = 0;
    long last = start;
    while (last - start < nanos) {
      file.writeDurably(position, source);
      position = (position + source.byteSize()) % PREPARED_BYTES;
      long now = System.nanoTime();
      times.add(now - last);
      last = now;
    }
    return last;
  }

  /// The file is large enough that writes in flight never touch the same block.
  private long together(
      StorageFile file, IoQueue queue, MemorySegment source, int inFlight, long start, Times times)
      throws StorageException {
    IoTicket[] tickets = new IoTicket[inFlight];
    long[] started = new long[inFlight];
    long position = 0;
    long now = start;
    for (int i = 0; i < inFlight; i++) {
      tickets[i] = new IoTicket();
      started[i] = System.nanoTime();
      file.submitDurableWrite(tickets[i], position, source);
      position += source.byteSize();
    }
    while (queue.inFlight() > 0) {
      queue.await();
      now = System.nanoTime();
      for (int i = 0; i < inFlight; i++) {
        if (started[i] != 0 && tickets[i].isDone()) {
          check(tickets[i]);
          times.add(now - started[i]);
          started[i] = 0;
          if (now - start < nanos) {
            started[i] = now;
            file.submitDurableWrite(tickets[i], position % PREPARED_BYTES, source);
            position += source.byteSize();
          }
        }
      }
    }
    return now;
  }

  private static void check(IoTicket ticket) throws StorageException {
    StorageException failure = ticket.failure();
    if (failure != null) {
      throw failure;
    }
  }

  private Path path() {
    return directory.resolve("prepared-file");
  }
}
