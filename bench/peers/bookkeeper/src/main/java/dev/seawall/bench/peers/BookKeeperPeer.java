// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.bookkeeper.bookie.Journal;
import org.apache.bookkeeper.bookie.LedgerDirsManager;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.proto.BookkeeperInternalCallbacks.WriteCallback;
import org.apache.bookkeeper.util.DiskChecker;
import org.jspecify.annotations.Nullable;

/// BookKeeper's journal alone: a bookie's defaults, but `journalFlushWhenQueueEmpty`, without which
/// one writer waits 2 ms for others. Durable is its callback: behind a fdatasync by its own thread.
/// No checksum; a client's digest lies above it.
public final class BookKeeperPeer implements Peer {
  private static final long LEDGER = 1;
  private static final int KEY_BYTES = 16;

  /// The number of an entry that is no record.
  private static final long DRAIN = Long.MAX_VALUE;

  private final AtomicLong lastEntry = new AtomicLong();
  private @Nullable Journal journal;
  private boolean durable;

  /// @param cell what is measured
  public BookKeeperPeer(Cell cell) {
    assert cell.payloadBytes() > 0;
  }

  @Override
  public void open(Path directory, boolean durable) throws IOException {
    this.durable = durable;
    Journal opened = create(directory, durable);
    opened.start();
    lastEntry.set(0);
    journal = opened;
  }

  private static Journal create(Path directory, boolean durable) throws IOException {
    File journals = Files.createDirectories(directory.resolve("journal")).toFile();
    File ledgers = directory.resolve("ledgers").toFile();
    Files.createDirectories(directory.resolve("ledgers/current"));
    ServerConfiguration configuration =
        new ServerConfiguration()
            .setJournalDirName(journals.toString())
            .setLedgerDirNames(new String[] {ledgers.toString()})
            .setJournalFlushWhenQueueEmpty(true)
            .setJournalSyncData(durable);
    return new Journal(
        0,
        journals,
        configuration,
        new LedgerDirsManager(
            configuration, new File[] {ledgers}, new DiskChecker(0.999f, 0.998f)));
  }

  @Override
  public Writer writer() {
    Journal opened = journal;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(opened, lastEntry, durable, new Semaphore(0));
  }

  /// The journal calls back in order: an empty entry behind all says that they were written.
  @Override
  public void drain() throws InterruptedException {
    Journal opened = journal;
    if (opened != null) {
      Semaphore written = new Semaphore(0);
      add(opened, DRAIN, new byte[0], (_, _, _, _, _) -> written.release());
      written.acquire();
    }
  }

  private static void add(Journal journal, long number, byte[] payload, WriteCallback written)
      throws InterruptedException {
    ByteBuf entry = PooledByteBufAllocator.DEFAULT.directBuffer(KEY_BYTES + payload.length);
    entry.writeLong(LEDGER).writeLong(number).writeBytes(payload);
    journal.logAddEntry(entry, false, written, null);
    entry.release();
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.shutdown();
    }
    journal = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws IOException {
    Journal reopened = create(directory, true);
    List<Long> files = Journal.listJournalIds(reopened.getJournalDirectory(), null);
    byte[] payload = new byte[1 << 17];
    for (long file : files) {
      long _ = reopened.scanJournal(file, 0, (_, _, bytes) -> take(bytes, payload, sink), false);
    }
  }

  private static void take(ByteBuffer bytes, byte[] payload, Sink sink) {
    long ledger = bytes.getLong();
    long number = bytes.getLong();
    if (ledger == LEDGER && number != DRAIN) {
      int length = bytes.remaining();
      bytes.get(payload, 0, length);
      sink.record(0, payload, 0, length);
    }
  }

  private record Appending(
      Journal journal, AtomicLong lastEntry, boolean durable, Semaphore written) implements Writer {
    @Override
    public void append(byte[] payload) throws InterruptedException {
      add(payload);
      if (durable) {
        written.acquire();
      }
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) throws InterruptedException {
      for (int i = 0; i < count; i++) {
        add(payloads[(from + i) % payloads.length]);
      }
      if (durable) {
        written.acquire(count);
      }
    }

    private void add(byte[] payload) throws InterruptedException {
      BookKeeperPeer.add(
          journal, lastEntry.incrementAndGet(), payload, (_, _, _, _, _) -> written.release());
    }

    @Override
    public boolean asynchronous() {
      return true;
    }

    @Override
    public void appendAsync(byte[] payload, Runnable durable) throws InterruptedException {
      BookKeeperPeer.add(
          journal, lastEntry.incrementAndGet(), payload, (_, _, _, _, _) -> durable.run());
    }
  }
}
