// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.wal.internal.log.Cursor;
import dev.seawall.wal.internal.log.LogView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/// Reads records in index order and follows the tail. Confined to one thread; any number of readers
/// beside the writer.
///
/// Every record is checked before it is given out. Nothing beyond the reader's [Visibility] is ever
/// given out.
///
/// {@snippet :
/// try (WalReader reader = log.reader(1)) {
///   while (reader.next()) {
///     apply(reader.index(), reader.payload());
///   }
/// }
/// }
public final class WalReader implements AutoCloseable {
  private final LogView view;
  private final Cursor cursor;

  WalReader(LogView view, Visibility visibility, long from) {
    this.view = view;
    this.cursor = new Cursor(view, visibility, from);
  }

  /// Moves to the next record; returns false when none is visible now. Never waits.
  ///
  /// @throws IndexTruncatedException when the record was removed
  /// @throws IndexBeyondEndException when the log ends before the record in front of it
  /// @throws CorruptException when the record is damaged; the reader stays where it is
  /// @throws KeyException when the record needs a key that was not given; the reader stays
  /// @throws CodecMissingException when it is compressed and no codec was given; the reader stays
  /// @throws StorageException when reading failed
  public boolean next() throws WalException, StorageException {
    if (!cursor.next()) {
      return false;
    }
    cursor.unpack();
    return true;
  }

  /// Moves to the next record and waits for it at most this long; returns false when it did not
  /// come.
  ///
  /// @throws InterruptedException when the caller is interrupted; the reader can be used on
  public boolean next(Duration timeout)
      throws WalException, StorageException, InterruptedException {
    long deadline = view.nanoTime() + timeout.toNanos();
    while (true) {
      if (next()) {
        return true;
      }
      long left = deadline - view.nanoTime();
      if (left <= 0) {
        return false;
      }
      view.awaitMore(Math.min(left, 10_000_000));
      view.refresh();
    }
  }

  /// Returns the current record's index.
  public long index() {
    return cursor.frame().index();
  }

  /// Returns the current record's timestamp, milliseconds by convention.
  public long timestamp() {
    return cursor.frame().timestamp();
  }

  /// Returns whether the current record is the last of its batch.
  public boolean endsBatch() {
    return cursor.frame().endsBatch();
  }

  /// Returns the current record's bytes: a view that is valid until the next call of `next`, `seek`
  /// or `close`.
  public MemorySegment payload() {
    return cursor.payload();
  }

  /// Returns a copy of the current record's bytes.
  public byte[] payloadBytes() {
    return payload().toArray(ValueLayout.JAVA_BYTE);
  }

  /// Makes this the next record; nothing is looked at before `next`.
  public void seek(long index) {
    cursor.seek(index);
  }

  /// Makes the first record, in index order, with a timestamp of at least `timestamp` the next one;
  /// the end of the log when there is none. When timestamps go back and forth, that is still the
  /// first such record, found by a longer scan.
  public void seekTime(long timestamp) throws WalException, StorageException {
    cursor.seekTime(timestamp);
  }

  /// Returns the index that `next` will move to.
  public long nextIndex() {
    return cursor.nextIndex();
  }

  /// Gives memory and the open file back; idempotent.
  @Override
  public void close() {
    cursor.close();
  }
}
