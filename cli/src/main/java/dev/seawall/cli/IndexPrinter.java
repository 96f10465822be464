// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Prints the index of each record as it becomes durable, in index order, on a thread of its own: a
/// slow reader of standard output holds up nobody.
///
/// Works because this process holds the log: every record from the first index on is one of ours.
final class IndexPrinter {
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final WriteAheadLog log;
  private final Output output;
  private final Thread thread;
  private long next;
  private volatile boolean finishing;
  private volatile @Nullable IOException failure;

  private IndexPrinter(WriteAheadLog log, Output output) {
    this.log = log;
    this.output = output;
    this.next = log.lastIndex() + 1;
    this.thread = new Thread(this::run, "seawall-printer");
    this.thread.setDaemon(true);
  }

  static IndexPrinter start(WriteAheadLog log, Output output) {
    IndexPrinter printer = new IndexPrinter(log, output);
    printer.thread.start();
    return printer;
  }

  /// Throws when indexes cannot be printed: a caller must not go on taking input then.
  void check() throws IOException {
    IOException thrown = failure;
    if (thrown != null) {
      throw new CommandFailure(
          ExitCode.GENERAL,
          "print indexes: "
              + thrown.getMessage()
              + "; records up to "
              + log.lastIndex()
              + " were appended, the rest of the input was not read",
          thrown);
    }
  }

  /// Throws when the last indexes could not be printed, unless nobody wants to read them.
  void checkLast() throws IOException {
    IOException thrown = failure;
    if (thrown != null && !(thrown instanceof Output.OutputClosedException)) {
      throw thrown;
    }
  }

  /// Prints what is durable by now, then ends.
  void finish() throws InterruptedException {
    finishing = true;
    thread.join();
  }

  private void run() {
    try {
      while (true) {
        boolean last = finishing;
        print(log.durableIndex());
        if (last) {
          return;
        }
        // Returns at once when the log failed; then whoever appends hears of it.
        if (!log.awaitDurable(next, PATIENCE)) {
          Thread.sleep(1);
        }
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void print(long durable) throws IOException {
    if (next > durable) {
      return;
    }
    for (; next <= durable; next++) {
      if (output.isJson()) {
        output.json(Map.of("index", next));
      } else {
        output.text(Long.toString(next));
      }
    }
    output.flush();
  }
}
