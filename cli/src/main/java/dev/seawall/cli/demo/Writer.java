// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.io.StorageException;
import dev.seawall.wal.Durability;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// The process that is killed: opens the log, goes on where it ends, and says on standard output
/// what is durable, one line each and at once:
///
/// | line | meaning |
/// |---|---|
/// | `ready VERDICT LAST TORN DROPPED NANOS` | opened: how the log ended, last index, torn bytes, whole frames among them, time |
/// | `a INDEX THREAD SEQUENCE` | this record is durable |
/// | `done` | every thread appended all its chunks at least once, and the log is closed |
///
/// A process that dies in the middle of a line has said nothing with it.
public final class Writer {
  private final WriteAheadLog log;
  private final Material material;
  private final long[] next;
  private final boolean untilThrough;

  private Writer(WriteAheadLog log, Material material, long[] next, boolean untilThrough) {
    this.log = log;
    this.material = material;
    this.next = next;
    this.untilThrough = untilThrough;
  }

  /// How the demo's log is opened: small segments, so that kills hit rolls too.
  static WalOptions options() {
    return WalOptions.defaults().withSegmentBytes(2 << 20).withFirstSegmentBytes(256 << 10);
  }

  /// Arguments: log, copied files, index to read from, next sequence of each thread, `endless` or
  /// `through`.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Material material = Material.load(Path.of(arguments[1]));
    long[] next = Arrays.stream(arguments[3].split(",")).mapToLong(Long::parseLong).toArray();
    try (WriteAheadLog log = WriteAheadLog.open(Path.of(arguments[0]), options())) {
      catchUp(log, Long.parseLong(arguments[2]), next);
      RecoveryReport report = log.recovery();
      say(
          "ready "
              + report.verdict()
              + " "
              + report.lastIndex()
              + " "
              + report.tornBytes()
              + " "
              + report.droppedFrames()
              + " "
              + report.nanos());
      new Writer(log, material, next, arguments[4].equals("through")).run();
    }
    say("done");
  }

  /// Finds what each thread appended behind the last acknowledged record.
  private static void catchUp(WriteAheadLog log, long from, long[] next)
      throws WalException, StorageException {
    try (WalReader reader = log.reader(from)) {
      while (reader.next()) {
        byte[] record = reader.payloadBytes();
        int thread = Material.threadOf(record);
        if (thread < 0 || thread >= next.length) {
          throw new IllegalStateException("record " + reader.index() + " is not one of the demo's");
        }
        next[thread] = Math.max(next[thread], Material.sequenceOf(record) + 1);
      }
    }
  }

  private void run() throws InterruptedException {
    Thread[] threads = new Thread[next.length];
    for (int i = 0; i < threads.length; i++) {
      int thread = i;
      threads[i] = new Thread(() -> appendAll(thread), "writer-" + i);
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void appendAll(int thread) {
    int share = material.share(thread, next.length);
    try {
      while (share > 0 && !(untilThrough && next[thread] >= share)) {
        byte[] record = material.record(thread, next.length, next[thread]);
        long index = log.append(record, Durability.SYNCED);
        say("a " + index + " " + thread + " " + next[thread]);
        next[thread]++;
      }
    } catch (WalException | RuntimeException | InterruptedException e) {
      e.printStackTrace();
      // Whatever the others do: the parent must see that this process failed by itself.
      Runtime.getRuntime().halt(70);
    }
  }

  /// One write for the whole line: a pipe keeps short writes together.
  private static void say(String line) {
    PrintStream out = System.out;
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.US_ASCII);
    synchronized (out) {
      out.write(bytes, 0, bytes.length);
      out.flush();
      if (out.checkError()) {
        // The parent is gone.
        Runtime.getRuntime().halt(71);
      }
    }
  }
}
