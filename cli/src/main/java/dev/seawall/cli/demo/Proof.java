// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.cli.ops.LocalFiles;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/// Reads the whole log and compares it with what must be there. Confined to one thread.
public final class Proof {
  private static final int MAX_COMPLAINTS = 10;

  private final Material material;
  private final Acknowledged acknowledged;
  private final int threads;
  private final long[] next;
  private final byte[][] files;
  private final List<String> complaints = new ArrayList<>();
  private long records;
  private long acknowledgedFound;
  private int filesEqual;

  /// Prepares a proof.
  public Proof(Material material, Acknowledged acknowledged, int threads) {
    this.material = material;
    this.acknowledged = acknowledged;
    this.threads = threads;
    this.next = new long[threads];
    this.files = new byte[material.names().size()][];
    for (int file = 0; file < files.length; file++) {
      files[file] = new byte[material.length(file)];
    }
  }

  /// Reads every record; `progress` hears each index.
  public void read(Path logDirectory, LongConsumer progress)
      throws IOException, InterruptedException {
    try (WriteAheadLog log = WriteAheadLog.open(logDirectory, Writer.options());
        WalReader reader = log.reader(1)) {
      while (reader.next()) {
        check(reader.index(), reader.payloadBytes());
        progress.accept(reader.index());
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
    if (acknowledgedFound != acknowledged.count()) {
      complain(
          (acknowledged.count() - acknowledgedFound)
              + " acknowledged records are missing; the log ends at "
              + records
              + ", the highest acknowledged index is "
              + acknowledged.highestIndex());
    }
    String conflict = acknowledged.conflict();
    if (conflict != null) {
      complain(conflict);
    }
  }

  private void check(long index, byte[] record) {
    records++;
    int thread = Material.threadOf(record);
    if (thread < 0 || thread >= threads) {
      complain("index " + index + ": a record that nobody appended");
      return;
    }
    long sequence = Material.sequenceOf(record);
    if (sequence != next[thread]) {
      // Also finds what was never appended, is there twice, or is missing in the middle.
      complain(
          "index "
              + index
              + ": record "
              + sequence
              + " of thread "
              + thread
              + ", expected "
              + next[thread]);
    }
    next[thread] = sequence + 1;
    if (acknowledged.has(index)) {
      acknowledgedFound++;
      if (!acknowledged.is(index, thread, sequence)) {
        complain("index " + index + ": not the record that was acknowledged there");
      }
    }
    if (sequence < 0 || !Arrays.equals(record, material.record(thread, threads, sequence))) {
      complain("index " + index + ": bytes differ from those appended");
      return;
    }
    if (sequence < material.share(thread, threads)) {
      int chunk = material.chunk(thread, threads, sequence);
      int file = material.file(chunk);
      int start = material.chunkStart(file);
      System.arraycopy(record, start, files[file], material.position(chunk), record.length - start);
    }
  }

  /// Writes the files as the log has them and compares them with those that were copied.
  public void reassemble(Path copy, Path target) throws IOException {
    for (int file = 0; file < files.length; file++) {
      String name = material.names().get(file);
      Path written = target.resolve(name);
      LocalFiles.write(written, files[file]);
      if (LocalFiles.same(written, copy.resolve(name))) {
        filesEqual++;
      } else {
        complain("file " + name + ": put together from the log it differs from its source");
      }
    }
  }

  private void complain(String text) {
    if (complaints.size() < MAX_COMPLAINTS) {
      complaints.add(text);
    } else if (complaints.size() == MAX_COMPLAINTS) {
      complaints.add("… and more");
    }
  }

  /// Returns what does not hold, at most a handful; empty when everything does.
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// Returns the records in the log.
  public long records() {
    return records;
  }

  /// Returns how many of the acknowledged ones were found.
  public long acknowledgedFound() {
    return acknowledgedFound;
  }

  /// Returns how many files came out equal.
  public int filesEqual() {
    return filesEqual;
  }
}
